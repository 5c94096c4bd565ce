"""`models directions concepts`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from exhibit.contract.errors import InputError
from models.directions.codes import Wish, wished_codes
from models.directions.commands.codes import code_options
from models.directions.concepts import concept_overlay
from models.directions.result import read_directions
from models.directions.subject import load_subject
from models.dry_run import cost_of, dry_run_option, say_cost
from models.sheets import write_png


@click.command("concepts")
@click.argument("folder", type=click.Path(path_type=Path))
@code_options(5)
@dry_run_option
def concepts(folder: Path, checkpoint: Path, wish: Wish, dry_run: bool) -> None:
    """Show where each appearance in FOLDER lies in some pictures by themselves.

    Writes concept_NAME.png beside the directions: pictures, red where the appearance is strongest.
    models bundle add-directions takes them along, and the operator's page shows them.
    """
    directions = [d for d in read_directions(folder) if d.space == "map"]
    if not directions:
        raise InputError(f"{folder}: no direction of a feature map; expected some of panda")
    subject = load_subject(checkpoint)
    codes = wished_codes(wish, subject, checkpoint)
    draw = partial(concept_overlay, subject, codes)
    if dry_run:
        files = f"{len(directions)} pictures -> {folder}"
        say_cost(cost_of(partial(draw, directions[0]), len(directions), "overlays", files))
        return
    for direction in directions:
        write_png(folder / f"concept_{direction.name}.png", draw(direction))
    click.echo(f"{len(directions)} overlays -> {folder}")
