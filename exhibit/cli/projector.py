"""`exhibit projector`: the projector's power, for the timers of the opening hours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import click

from exhibit.contract.errors import InputError
from exhibit.contract.plain_files import plain_text
from exhibit.projector.pjlink import PORT, Projector

_CREDENTIAL = "projector-password"


@click.command(short_help="Switch the projector on or off (PJLink).")
@click.argument("wanted", type=click.Choice(["on", "off", "status"]))
@click.option("--host", envvar="PROJECTOR", metavar="HOST", help="Name or address; or $PROJECTOR.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
def projector(wanted: Literal["on", "off", "status"], host: str | None, port: int) -> None:
    """Switch the projector on or off, or say whether it is.

    Its password, where it has one, is read from systemd's credential `projector-password` or from
    $PROJECTOR_PASSWORD.
    """
    if not host:
        raise InputError("--host: which projector? Expected its name or address, or $PROJECTOR")
    found = Projector(host, _password(), port)
    if wanted == "status":
        click.echo(found.power())
    else:
        found.switch(wanted)
        click.echo(f"the projector is {found.power()}")


def _password() -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is not None:
        try:
            return plain_text(Path(folder) / _CREDENTIAL).strip()
        except FileNotFoundError:
            return ""
    return os.environ.get("PROJECTOR_PASSWORD", "")
