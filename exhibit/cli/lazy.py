"""Command groups that import a command only when it is called or its help is shown."""

from __future__ import annotations

import errno
import importlib
from collections.abc import Mapping
from typing import Any

import click

from exhibit.contract.errors import ExhibitError
from exhibit.contract.libraries import is_of_others, remedy_for

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""What a full or failing disk says, often without a file's name."""


class LazyGroup(click.Group):
    """A click group whose commands live in modules named by `"package.module:function"`.

    An `ExhibitError` raised by a command, or a file that cannot be used, becomes one line on
    standard error and exit code 2.
    """

    def __init__(self, *args: Any, commands_by_name: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._targets = dict(commands_by_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order they were declared."""
        return list(self._targets)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None where the name is unknown."""
        target = self._targets.get(cmd_name)
        if target is None:
            return None
        module_name, _, attribute = target.partition(":")
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            if not is_of_others(error):
                raise
            remedy = remedy_for(error, offline=module_name.startswith("models."))
            raise click.UsageError(f"'{cmd_name}' cannot be loaded: {error}; {remedy}") from error
        command: click.Command = getattr(module, attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command; turn what a person can act on into one line and exit code 2."""
        try:
            return super().invoke(ctx)
        except ExhibitError as error:
            message = str(error)
        except OSError as error:
            # A file where a folder is expected, one that may not be read, a full disk.
            if isinstance(error, BrokenPipeError):
                raise
            if error.filename is None and error.errno not in _DISK:
                raise
            where = "" if error.filename is None else f"{error.filename}: "
            message = f"{where}{error.strerror}"
        # A name of bytes that are no UTF-8 must not end the line that tells of it.
        text = message.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        click.echo(f"Error: {text}", err=True)
        raise click.exceptions.Exit(2)
