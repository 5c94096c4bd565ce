"""`models recall-sheet`: look at what a bundle's memory finds."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.errors import InputError
from exhibit.recall import open_memory
from models.dry_run import cost_of, dry_run_option, say_cost
from models.evaluation.recall_sheet import recall_sheet
from models.sheets import write_png
from models.sketches.quickdraw import read_quickdraw, split_held_out
from models.sketches.visitors import SHARES, visits


@click.command("recall-sheet")
@click.argument("bundle")
@click.option(
    "--sketches",
    required=True,
    type=click.Path(path_type=Path),
    help="Quick, Draw! sketches; the held-out ones are shown.",
)
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="PNG to write.",
)
@click.option(
    "--count", type=click.IntRange(1), default=20, show_default=True, help="How many sketches."
)
@click.option(
    "--share",
    type=click.Choice([str(share) for share in SHARES]),
    default="100",
    show_default=True,
    help="Percent of the time they took that has passed.",
)
@click.option(
    "--side",
    type=click.IntRange(1, 4096),
    default=192,
    show_default=True,
    help="Side of every picture in pixels.",
)
@dry_run_option
def recall_sheet_command(
    bundle: str, sketches: Path, out: Path, count: int, share: str, side: int, dry_run: bool
) -> None:
    """Draw held-out sketches above what BUNDLE recalls for them: placed, then bent to the pen."""
    opened = load_bundle(find_bundle(bundle))
    memory = open_memory(opened)
    if memory is None:
        raise InputError(
            f"bundle '{bundle}' has no memory; give it one with models bundle add-memory"
        )
    _, held_out = split_held_out(read_quickdraw(sketches))
    chosen = visits(held_out, opened.card.ink_size, opened.card.stroke_width_px, count)
    inks = [visit.inks[int(share)] for visit in chosen]
    words = [visit.word for visit in chosen]
    if dry_run:
        one = partial(recall_sheet, memory, inks[:1], words[:1], side)
        say_cost(cost_of(one, len(inks), "sketches", f"a sheet -> {out}"))
        return
    write_png(out, recall_sheet(memory, inks, words, side))
    click.echo(f"{len(inks)} sketches -> {out}")
