"""`exhibit sound`: what can play here, and pieces rendered to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from exhibit.cli.options import refuse_overwriting
from exhibit.sound.events import read_piece
from exhibit.sound.portaudio import PortAudio
from exhibit.sound.render import render as render_piece
from exhibit.sound.render import write_wav

_KINDS: tuple[Literal["output", "input"], ...] = ("output", "input")


@click.group(short_help="List sound devices; render sound to a file.")
def sound() -> None:
    """Try the table's sound without a table."""


@sound.command()
@click.argument("events", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="OUT.wav",
)
def render(events: Path, output: Path) -> None:
    """Render EVENTS.json as the table would play it; the same file gives the same bits.

    EVENTS.json names `seconds` and `events`; docs/sound.md explains them.
    """
    refuse_overwriting([events], [output])
    piece = read_piece(events)
    rendered = render_piece(piece)
    write_wav(output, rendered, piece.rate)
    click.echo(f"{output}: {len(rendered) / piece.rate:.2f} s, peak {abs(rendered).max():.3f}")


@sound.command()
def devices() -> None:
    """List the names of outputs and inputs, for `sound.device` and `sound.listen_device`."""
    library = PortAudio()
    for kind in _KINDS:
        names = library.devices(kind)
        click.echo(f"{kind}s:" if names else f"{kind}s: none")
        for name in names:
            click.echo(f"  {name}")
