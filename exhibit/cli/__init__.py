"""The `exhibit` command: run the table, check it, and try single stages."""

import click

from exhibit.cli.lazy import LazyGroup

COMMANDS = {
    "run": "exhibit.cli.run:run",
    "check": "exhibit.cli.check:check",
    "doctor": "exhibit.cli.doctor:doctor",
    "health": "exhibit.cli.health:health",
    "update": "exhibit.cli.update:update",
    "ink": "exhibit.cli.ink:ink",
    "draw": "exhibit.cli.draw:draw",
    "sound": "exhibit.cli.sound:sound",
    "tokens": "exhibit.cli.tokens:tokens",
    "bench": "exhibit.cli.bench:bench",
    "operator": "exhibit.cli.operator:operator",
    "bundle": "exhibit.cli.bundle:bundle",
    "projector": "exhibit.cli.projector:projector",
}


@click.group(cls=LazyGroup, commands_by_name=COMMANDS)
@click.version_option(package_name="tracing-table")
def main() -> None:
    """Run and look after a Tracing Table."""
