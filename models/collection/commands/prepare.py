"""`models prepare`: from a folder of scans to a training set that a curator can edit."""

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
from tqdm import tqdm

from exhibit.cli.numbers import SHARE, Number
from exhibit.cli.options import refuse_overwriting
from exhibit.contract.errors import InputError
from exhibit.contract.plain_files import real_path
from models.collection import building, dataset
from models.collection.curation import FILE_NAME
from models.collection.preparation import Item, Options
from models.collection.scans import open_collection

T = TypeVar("T")
_NAMED = 10
"""So many names of files are listed; a spreadsheet shows the rest."""
_BYTES_A_SCAN = 800_000
"""Of a data set: a page of 2400 px, its figures, and its share of the contact sheets."""


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of the data set. Not needed where SOURCE is a data set already.",
)
@click.option(
    "--framing",
    type=click.Choice(["figure", "drawing"]),
    help="figure: every figure by itself, so that its lines stay lines at the model's size "
    "[default]. drawing: whole sheets.",
)
@click.option(
    "--resolution",
    type=click.IntRange(32, 1024),
    help="Side of the pictures in pixels: that of the model to train [default: 256].",
)
@click.option(
    "--squaring",
    type=click.Choice(["pad", "crop"]),
    help="How an oblong item becomes square: add paper [default], or cut off its ends. "
    "Each item's own choice is in curation.csv.",
)
@click.option(
    "--line-width",
    nargs=2,
    type=Number(0, 100),
    metavar="MIN MAX",
    help="Keep items whose mean line is this wide, in pixels at --resolution [default: 0.75 6].",
)
@click.option(
    "--tone-limit",
    type=SHARE,
    help="Set pages aside with a larger share of half-tone (photographs, washes) "
    "[default: 0.12; 1 keeps all].",
)
@click.option(
    "--gutter",
    type=SHARE,
    help="White that separates two drawings on one page, as a share of its longer side "
    "[default: 0.1; 1 takes every page as one drawing].",
)
@click.option(
    "--details",
    type=click.Choice(["none", "heads"]),
    help="heads: also cut heads out of the figures, so that they fill the frame as visitors draw "
    "them; each is an item of its own [default: none].",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Set scans aside whose name fits, such as 'initial_*'. May be given several times.",
)
@click.option(
    "--zip",
    "archive",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the kept pictures as a zip in the layout of NVIDIA's dataset_tool.",
)
@click.option("--dry-run", is_flag=True, help="Read and judge everything, write nothing.")
def prepare(
    source: Path, folder: Path | None, archive: Path | None, dry_run: bool, **choices: Any
) -> None:
    """Turn the scans in SOURCE (a folder or a zip) into a training set.

    Reads PNG, JPEG, TIFF of any depth, HEIC, AVIF, JPEG 2000, GIF, WebP, BMP, PSD and PDF, whatever
    the files are called, and names what it leaves out. Whitens the paper, leaves out captions and
    page numbers, cuts out every figure or drawing, and sets aside what a model should not learn
    from: coloured, blank, photographed, unreadable and repeated items, and lines too thin to be
    seen.

    Nothing is lost. Look at the sheets in DATASET/contact, then edit DATASET/curation.csv in any
    spreadsheet (decision: keep or drop; squaring: pad or crop; left, top, right, bottom: the box on
    its page) or by mouse with `models curate DATASET`, and run `models prepare DATASET`.

    \b
    Examples:
      models prepare scans/ -o lear
      models prepare scans.zip -o lear --resolution 128 --exclude 'initial_*'
      models prepare lear --zip lear-256.zip
    """
    scans, folder = _source_and_folder(source, folder)
    refuse_overwriting([source], [archive])
    building.check_target(folder)
    options = _options(folder, choices)
    if scans is not None:
        _look_through(scans, folder)
    if dry_run:
        _report(building.build(scans, folder, options, lambda name, data: None, _progress))
        click.echo("Dry run: nothing was written.")
        return
    with building.whole_or_nothing(folder):
        items = building.build(scans, folder, options, building.write_into(folder), _progress)
        _report(items)
        digest = building.finish(folder, scans, options, items)
    click.echo(f"Data set {folder}, SHA-256 {digest}")
    click.echo(f"Look at {folder / building.CONTACT}, then edit {folder / FILE_NAME}")
    if archive is not None:
        count = dataset.write_nvidia_zip(folder, archive)
        click.echo(f"{archive}: {count} pictures")


def _source_and_folder(source: Path, folder: Path | None) -> tuple[Path | None, Path]:
    if building.is_dataset(source) and folder in (None, source):
        return None, source
    if folder is None:
        raise InputError(f"{source} is not a data set yet: name where to write it with -o DATASET")
    if not source.exists():
        raise InputError(f"{source}: no such folder or zip of scans")
    if real_path(folder).is_relative_to(real_path(source)):
        raise InputError(
            f"{folder}: lies in {source}, where every picture is taken for a scan; name a folder "
            "beside it"
        )
    return source, folder


def _options(folder: Path, choices: dict[str, Any]) -> Options:
    """What was chosen now, else what the data set was made with, else the default."""
    existing = building.is_dataset(folder)
    options = building.options_of(folder) if existing else Options()
    framing = choices["framing"]
    if existing and framing not in (None, options.framing):
        raise InputError(
            f"{folder} was made with --framing {options.framing}; for {framing} name a new folder"
        )
    if choices["line_width"]:
        thinnest, thickest = choices["line_width"]
        if thinnest >= thickest:
            raise InputError(f"--line-width {thinnest} {thickest}: expected MIN below MAX")
        limits = replace(options.limits, thinnest_px=thinnest, thickest_px=thickest)
        options = replace(options, limits=limits)
    if choices["tone_limit"] is not None:
        limits = replace(options.limits, largest_tone=choices["tone_limit"])
        options = replace(options, limits=limits)
    named = ("framing", "resolution", "squaring", "gutter", "exclude", "details")
    chosen = {name: choices[name] for name in named if choices[name] not in (None, ())}
    return replace(options, **chosen)


def _progress(things: Iterable[T], title: str) -> Iterable[T]:
    return tqdm(things, desc=title, unit="file", dynamic_ncols=True, leave=False)


def _look_through(scans: Path, folder: Path) -> None:
    """Say what is left out, and refuse a disk that is too full, before anything is computed."""
    with open_collection(scans) as found:
        count, left_out = len(found.scans), found.left_out
    if left_out:
        click.echo(f"Left out, no pictures: {_some(left_out)}")
    here = next(part for part in (folder, *folder.absolute().parents) if part.exists())
    free, needed = shutil.disk_usage(here).free, count * _BYTES_A_SCAN
    click.echo(f"{count} scans; the data set takes about {needed / 1e6:.0f} MB")
    if free < needed / 4:
        raise InputError(
            f"{here}: {free / 1e6:.0f} MB are free; expected about {needed / 1e6:.0f} MB for "
            f"{count} scans"
        )


def _some(names: list[str]) -> str:
    """The number of names, and the first of them."""
    rest = len(names) - _NAMED
    return f"{len(names)} ({', '.join(names[:_NAMED])}{f' and {rest} more' if rest > 0 else ''})"


def _report(items: Sequence[Item]) -> None:
    rows = [item.row for item in items]
    kept = [row for row in rows if row.kept]
    click.echo(f"{len(kept)} items kept, {len(rows) - len(kept)} set aside")
    if kept:
        mean = sum(row.line_width_px for row in kept) / len(kept)
        click.echo(f"  mean line of the kept items: {mean:.2f} px")
    causes = Counter(row.reason.split(":")[0].split(" of ")[0] for row in rows if not row.kept)
    for cause, count in causes.most_common():
        click.echo(f"  {count:5d} {cause}")
    unreadable = [f"{row.source}: {row.reason}" for row in rows if not row.page_image]
    for line in unreadable[:_NAMED]:
        click.echo(f"  {line}")
    if len(unreadable) > _NAMED:
        click.echo(f"  and {len(unreadable) - _NAMED} more, see {FILE_NAME}")
