"""`models collection portraits`: heads composed from CC0 parts, with every part as a label."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import click
from tqdm import tqdm

from exhibit.contract.errors import InputError
from models.collection import contact_sheet, dataset
from models.collection.building import CONTACT, write_into
from models.collection.portraits.composing import COLUMNS, choose, render
from models.collection.portraits.parts import STYLES, DesignSet, load_design_sets
from models.dry_run import Cost, cost_of, dry_run_option, megabytes, say_cost

LABELS_FILE = "labels.csv"


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
@dry_run_option
def portraits(
    folder: Path, count: int, seed: int, resolution: int, style: str, dry_run: bool
) -> None:
    """Draw black-ink heads, with their parts written to DATASET/labels.csv.

    Hair, eyes, brows, nose, mouth, beard, glasses, earrings, freckles and flowers are chosen
    independently of each other, so a direction found by the model can be checked against the truth.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is not empty; name a new folder")
    sets = load_design_sets()
    designs = [sets[name] for name in (STYLES if style == "both" else (style,))]
    if dry_run:
        say_cost(_cost(designs, count, seed, resolution, folder))
        return
    write = write_into(folder)
    table = io.StringIO()
    labels = csv.DictWriter(table, ("file", *COLUMNS), lineterminator="\n")
    labels.writeheader()
    tiles = []
    for index in tqdm(range(count), desc="portraits", unit="head", leave=False):
        portrait = choose(designs, seed, index)
        picture = render(portrait, resolution)
        file = f"{dataset.IMAGES}/portrait-{index:06d}.png"
        write(file, dataset.encode_png(picture))
        labels.writerow({"file": file, **portrait.labels()})
        if index < contact_sheet.PER_SHEET:
            tiles.append(picture)
    write(LABELS_FILE, table.getvalue().encode())
    write(f"{CONTACT}/portraits-01.png", dataset.encode_png(contact_sheet.plain_sheet(tiles)))
    digest = dataset.data_sha256(folder)
    description = {"framing": "portrait", "resolution": resolution, "source": style, "seed": seed}
    dataset.write_description(folder, {**description, "count": count, "sha256": digest})
    click.echo(f"{count} heads in {folder}, labels in {LABELS_FILE}, SHA-256 {digest}")


def _cost(designs: list[DesignSet], count: int, seed: int, resolution: int, folder: Path) -> Cost:
    """Draw a few heads and say what all of them would cost."""
    sizes: list[int] = []

    def draw() -> None:
        head = render(choose(designs, seed, len(sizes)), resolution)
        sizes.append(len(dataset.encode_png(head)))

    cost = cost_of(draw, count, "heads", "")
    size = megabytes(count * sum(sizes) / len(sizes))
    return replace(cost, files=f"about {size} -> {folder}")
