"""`exhibit health`: is the table that runs well? For technicians, monitors and updates."""

from __future__ import annotations

import json

import click

from exhibit.checks.health import look_at_table


@click.command(short_help="Say how the table that runs is.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def health(ctx: click.Context, as_json: bool) -> None:
    """Say how the table is that runs out of this installation, and what is wrong with it.

    The exit code is 0 where all its processes live, there was a picture, and nothing is wrong; 1
    where it is not so. Nothing is changed, and the table is not held up.
    """
    found = look_at_table()
    if as_json:
        told = {"shows": found.shows, "life": found.life, "reasons": found.reasons}
        click.echo(json.dumps(told))
    else:
        click.echo("well" if found.is_well else "not well")
        for reason in found.reasons:
            click.echo(f"  {reason['text']}")
    ctx.exit(0 if found.is_well else 1)
