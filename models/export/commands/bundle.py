"""`models bundle CHECKPOINT`: make the folder that the table runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from tqdm import tqdm

from exhibit.contract.values import Floats, Gray
from models.collection.pictures import load_pictures
from models.collection.provenance import Origins, read_origins
from models.dry_run import dry_run_option, say_cost
from models.export.bundle import ATTRACT_STOPS, Description, write_bundle
from models.export.memory import cost_of_memory, remember
from models.saved.encoder import Hand, load_hand
from models.sketches.quickdraw import read_quickdraw, split_held_out
from models.sketches.raster import table_ink
from models.sketches.simplify import Detail, simplify
from models.sketches.visitors import visits

PEOPLE = 300
"""Sketches that say what ink is like on average."""
VISITORS = 100
"""Held-out sketches that the radius is measured on, each at three shares."""

PROVENANCE = click.option(
    "--provenance",
    type=click.Path(path_type=Path),
    help="YAML that says of the drawings which book and page they are from.",
)


@click.command("make")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of the bundle; an older bundle there is replaced.",
)
@click.option("--name", required=True, help="Short name, as in exhibit run --bundle NAME.")
@click.option("--artist", required=True, help="Whose drawings.")
@click.option("--collection", required=True, help="Which drawings, and from where.")
@click.option("--licence", required=True, help="Of the weights, and the status of the drawings.")
@click.option("--attribution", multiple=True, help="A credit that must travel along; repeatable.")
@click.option("--note", "notes", multiple=True, help="KEY=TEXT for the card's training section.")
@click.option(
    "--drawings",
    type=click.Path(path_type=Path),
    help="Prepared drawings: the attract loop then walks between the answers to some of them.",
)
@click.option(
    "--sketches",
    type=click.Path(path_type=Path),
    help="Quick, Draw! sketches: the held-out ones say how far visitors' codes may lie.",
)
@click.option(
    "--memory",
    type=click.Path(path_type=Path),
    help="Prepared drawings that the table recalls: cut anew from their pages, as curation.csv "
    "says.",
)
@PROVENANCE
@click.option(
    "--attract-frames",
    type=click.IntRange(1),
    default=160,
    show_default=True,
    help="Pictures of the loop.",
)
@dry_run_option
def make(checkpoint: Path, out: Path, **options: Any) -> None:
    """Make a bundle of CHECKPOINT (from `models train-encoder`) for `exhibit run --bundle`.

    Measure it afterwards with `models evaluate BUNDLE --dataset D --sketches F --write-card`.
    """
    hand = load_hand(checkpoint)
    dry_run, notes, drawings = (options.pop(key) for key in ("dry_run", "notes", "drawings"))
    sketches = options.pop("sketches")
    memory, provenance = options.pop("memory"), options.pop("provenance")
    training = dict(hand.notes) | dict(_key_and_text(note) for note in notes)
    owed = (*options.pop("attribution"), hand.notes.get("sketches_attribution"))
    about = Description(
        **options,
        attribution=tuple(dict.fromkeys(credit for credit in owed if credit)),
        stroke_width_px=hand.stroke_width_px,
        attract_planes=_planes_of(drawings, hand) if drawings else (),
        visitor_inks=_held_out_inks(sketches, hand) if sketches else (),
        training=training,
    )
    size = hand.generator.config.resolution
    origins = read_origins(provenance) if provenance else Origins()
    click.echo(f"{checkpoint}: {size} px, inversion {hand.inverter.config.inversion} -> {out}")
    people = training_strokes(sketches) if memory and sketches else ()
    if dry_run and memory:
        say_cost(cost_of_memory(memory, size, origins, people))
    elif not dry_run:
        if memory:
            about = replace(about, memory=remember(memory, size, origins, people, progress))
        write_bundle(hand, about, out)
        total = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6
        click.echo(f"{out}: {total:.1f} MB, checked. To show it: exhibit run --bundle {out}")


def progress(things: Iterable[Any], title: str) -> Iterable[Any]:
    """Show on the terminal how far something is."""
    return tqdm(things, desc=title, dynamic_ncols=True, leave=False)


def _planes_of(dataset: Path, hand: Hand) -> tuple[Gray, ...]:
    """Some of the collection's drawings as a visitor would have drawn them, and as recalled."""
    size, rng = hand.inverter.config.ink_size, np.random.default_rng(0)
    pictures = load_pictures(dataset, size, hand.generator.config.img_channels).pictures
    chosen = pictures[:: max(1, len(pictures) // ATTRACT_STOPS)][:ATTRACT_STOPS]
    gray = chosen.float().mean(dim=1).round().numpy().astype(np.uint8)
    width = hand.stroke_width_px
    detail = Detail(silhouette=0.0)
    paper = np.full((size, size), 255, np.uint8)
    inks = (table_ink(simplify(page, detail, rng), size, width, width) for page in gray)
    return tuple(np.stack([ink, paper, page]) for ink, page in zip(inks, gray, strict=True))


def training_strokes(path: Path) -> list[tuple[Floats, ...]]:
    """Some of the sketches that are not held out, each the strokes of the whole."""
    training, _ = split_held_out(read_quickdraw(path))
    return [sketch.strokes for sketch in training[:: max(1, len(training) // PEOPLE)]]


def _held_out_inks(path: Path, hand: Hand) -> tuple[Gray, ...]:
    """Held-out sketches at every share of their drawing time."""
    _, held_out = split_held_out(read_quickdraw(path))
    size = hand.inverter.config.ink_size
    chosen = visits(held_out, size, hand.stroke_width_px, VISITORS)
    return tuple(ink for visit in chosen for ink in visit.inks.values())


def _key_and_text(note: str) -> tuple[str, str]:
    key, equals, text = note.partition("=")
    if not equals or not key:
        raise click.BadParameter(f"'{note}': expected KEY=TEXT", param_hint="--note")
    return key, text
