"""`models directions sheet`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from exhibit.contract.errors import InputError
from models.directions.codes import Wish, wished_codes
from models.directions.commands.codes import code_options
from models.directions.page.app import make_app
from models.directions.page.contact import PAGE, write_sheet
from models.directions.result import read_directions
from models.directions.strips import draw_strip
from models.directions.subject import load_subject
from models.dry_run import cost_of, dry_run_option, say_cost
from models.local_page import address_of, listen, serve, show


@click.command("sheet")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for index.html and its pictures.",
)
@code_options(6)
@dry_run_option
@click.option("--serve", is_flag=True, help="Open the page here, to name directions on it.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8643,
    show_default=True,
    help="Port on this machine for --serve; 0 takes any free one.",
)
def sheet(
    folders: tuple[Path, ...],
    out: Path,
    checkpoint: Path,
    wish: Wish,
    dry_run: bool,
    serve: bool,
    port: int,
) -> None:
    """Show what the directions in FOLDERS do: strips, heat maps, correlations, and their kinship.

    Each row of a strip is one picture, from the lower end of the safe range to the upper; look for
    rows in which one thing changes and the rest stays. Use --sketches for answers to real drawings,
    which lie far from random ones. With --serve, names are changed on the page and saved at once.
    """
    sets = [read_directions(folder) for folder in folders]
    names = [name for one in sets for name in one.names]
    if serve and len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"--serve: two folders have a direction '{twice}'; expected one")
    subject = load_subject(checkpoint)
    codes = wished_codes(wish, subject, checkpoint)
    if dry_run:
        strip = partial(draw_strip, subject, codes, sets[0].directions[0])
        say_cost(cost_of(strip, len(names), "strips", f"{2 * len(names)} pictures -> {out}"))
        return
    strips = [draw_strip(subject, codes, direction) for one in sets for direction in one]
    write_sheet(strips, f"Directions of {checkpoint.stem}", out)
    click.echo(f"{len(strips)} directions -> {out / PAGE}")
    if serve:
        _serve(out, list(folders), port)


def _serve(out: Path, folders: list[Path], port: int) -> None:
    with listen(port) as listener:
        address = address_of(listener)
        click.echo(f"Name directions at {address}  (Ctrl-C ends)")
        show(address)
        serve(make_app(out, folders), listener)
