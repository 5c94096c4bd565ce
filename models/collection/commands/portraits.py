"""`models collection portraits`: heads composed from CC0 parts, with every part as a label."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from exhibit.contract.errors import InputError
from models.collection import contact_sheet, dataset
from models.collection.building import CONTACT, write_into
from models.collection.portraits.heads import Heads, composed, factorial
from models.collection.portraits.parts import STYLES, load_design_sets
from models.dry_run import Cost, cost_of, dry_run_option, megabytes, say_cost

LABELS_FILE = "labels.csv"
LANDMARKS_FILE = "landmarks.csv"


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="New folder for the data set.",
)
@click.option(
    "--count", type=click.IntRange(1), default=8000, show_default=True, help="How many heads."
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="The same seed gives the same heads; a larger --count only adds to them.",
)
@click.option("--resolution", type=click.IntRange(32, 1024), default=256, show_default=True)
@click.option(
    "--style",
    type=click.Choice([*STYLES, "both"]),
    default="both",
    show_default=True,
    help="Whose parts: Lorelei by Lisa Wischofsky, Notionists by Zoish (both CC0 1.0).",
)
@click.option(
    "--factors",
    is_flag=False,
    flag_value=20,
    type=click.IntRange(2),
    help="Draw so many people (20 where no number is given), each happy, sad and surprised, at "
    "three intensities and from five sides, with landmarks and their depths; --count is not used.",
)
@dry_run_option
def portraits(
    folder: Path, count: int, resolution: int, factors: int | None, dry_run: bool, **chosen: Any
) -> None:
    """Draw black-ink heads, with their parts written to DATASET/labels.csv.

    Hair, eyes, brows, nose, mouth, beard, glasses, earrings, freckles and flowers are chosen
    independently of each other, so a direction found by the model can be checked against the truth.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is not empty; name a new folder")
    sets, style, seed = load_design_sets(), chosen["style"], chosen["seed"]
    designs = [sets[name] for name in (STYLES if style == "both" else (style,))]
    heads = composed(designs, seed, count) if factors is None else factorial(designs, seed, factors)
    if dry_run:
        say_cost(_cost(heads, resolution, folder))
        return
    _write(heads, folder, resolution)
    digest = dataset.data_sha256(folder)
    description = {"framing": "portrait", "resolution": resolution, "source": style, "seed": seed}
    dataset.write_description(
        folder, {**description, **heads.described, "count": heads.count, "sha256": digest}
    )
    click.echo(f"{heads.count} heads in {folder}, labels in {LABELS_FILE}, SHA-256 {digest}")


def _write(heads: Heads, folder: Path, resolution: int) -> None:
    """Draw all heads into a folder, with their labels, landmarks and a contact sheet."""
    write = write_into(folder)
    labels, points, tiles = [], [], []
    for index in tqdm(range(heads.count), desc="portraits", unit="head", leave=False):
        head = heads.draw(index, resolution)
        file = f"{dataset.IMAGES}/portrait-{index:06d}.png"
        write(file, dataset.encode_png(head.picture))
        labels.append({"file": file, **head.labels})
        points += [{"file": file, **row} for row in head.landmarks]
        if index < contact_sheet.PER_SHEET:
            tiles.append(head.picture)
    for name, rows in ((LABELS_FILE, labels), (LANDMARKS_FILE, points)):
        if rows:
            write(name, _table(rows))
    write(f"{CONTACT}/portraits-01.png", dataset.encode_png(contact_sheet.plain_sheet(tiles)))


def _table(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def _cost(heads: Heads, resolution: int, folder: Path) -> Cost:
    """Draw a few heads and say what all of them would cost."""
    sizes: list[int] = []

    def draw() -> None:
        picture = heads.draw(len(sizes) % heads.count, resolution).picture
        sizes.append(len(dataset.encode_png(picture)))

    cost = cost_of(draw, heads.count, "heads", "")
    size = megabytes(heads.count * sum(sizes) / len(sizes))
    return replace(cost, files=f"about {size} -> {folder}")
