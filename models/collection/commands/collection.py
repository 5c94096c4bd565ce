"""`models collection`: collections that the project makes itself."""

import click

from exhibit.cli.lazy import LazyGroup

COMMANDS = {"portraits": "models.collection.commands.portraits:portraits"}


@click.group(cls=LazyGroup, commands_by_name=COMMANDS)
def collection() -> None:
    """Make a collection whose truth is known, to test the models on."""
