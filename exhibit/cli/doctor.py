"""`exhibit doctor`: what this machine has, what is missing, and how to get it."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.checks.doctor import Verdict, examine
from exhibit.cli.options import CONFIG_OPTION, found_file

_MARKS: dict[Verdict, tuple[str, str]] = {
    "ok": ("ok", "green"),
    "note": ("note", "yellow"),
    "fault": ("FAULT", "red"),
}


@click.command(short_help="Say what this machine has and lacks.")
@CONFIG_OPTION
@click.pass_context
def doctor(ctx: click.Context, config_file: Path | None) -> None:
    """Look at cameras, displays, inference, bundle and calibration.

    Says what is missing and how to get it. The exit code is 0 where the table can run, if need be
    with a simulated camera and in a browser, and 1 where it cannot.
    """
    can_run = True
    for finding in examine(found_file(config_file)):
        word, colour = _MARKS[finding.verdict]
        click.echo(f"{click.style(f'{word:<6}', colour)} {finding.subject:<12} {finding.text}")
        if finding.remedy:
            click.echo(f"{'':<19} -> {finding.remedy}")
        can_run = can_run and finding.verdict != "fault"
    ctx.exit(0 if can_run else 1)
