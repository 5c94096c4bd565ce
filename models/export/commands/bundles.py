"""`models bundle`: make a bundle, or change what is in one."""

from __future__ import annotations

import click

from exhibit.cli.lazy import LazyGroup

MAKE = "make"
COMMANDS = {
    MAKE: "models.export.commands.bundle:make",
    "add-memory": "models.export.commands.add_memory:add_memory_command",
    "describe-memory": "models.export.commands.describe_memory:describe_memory_command",
    "renew-graphs": "models.export.commands.renew_graphs:renew_graphs_command",
    "add-directions": "models.export.commands.add_directions:add_directions_command",
}


class MakeByDefault(LazyGroup):
    """`models bundle CHECKPOINT ...` is `models bundle make CHECKPOINT ...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command in where none is named."""
        if args and args[0] not in (*COMMANDS, *ctx.help_option_names):
            args = [MAKE, *args]
        return super().parse_args(ctx, args)


@click.group("bundle", cls=MakeByDefault, commands_by_name=COMMANDS)
def bundle() -> None:
    """Make the folder that the table runs, or change what is in it.

    models bundle CHECKPOINT ... is short for models bundle make CHECKPOINT ...
    """
