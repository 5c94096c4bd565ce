"""Making a version that can run out of its sources, and asking it whether it can."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from exhibit.contract.errors import UpdateError
from exhibit.contract.lifeline import end_with_parent

_STAMP = ".venv/.runtime-is-installed"
_PATIENCE_S = 300.0
# What the environment of one version or of a make around it would make of another one.
_NOT_PASSED_ON = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")


def command_of(folder: Path) -> str:
    """Return the `exhibit` command of a version."""
    return str(folder / ".venv" / "bin" / "exhibit")


def build(folder: Path, lock: int) -> None:
    """Make the environment of a version, by its own Makefile, beside a table that shows.

    Args:
        folder: its sources, where they stay.
        lock: held by what this starts too, so that no other update begins before all of it ended.

    Raises:
        UpdateError: it could not be made.
    """
    try:
        done = subprocess.run(
            ["nice", "-n", "19", "make", "-C", str(folder), _STAMP],
            env=environment(),
            stdin=subprocess.DEVNULL,
            preexec_fn=end_with_parent(),
            pass_fds=(lock,),
            check=False,
        )
    except FileNotFoundError as error:
        raise UpdateError(f"{error.filename} is not installed; apt install make") from None
    if done.returncode:
        raise UpdateError(f"{folder.name}: not made, see above; the table goes on as it was")


def examine(folder: Path, config_file: Path, say: Callable[[str], None]) -> None:
    """Ask a version whether it can run here: its own `check`, `doctor` and dry run.

    Args:
        folder: the version.
        config_file: of this table.
        say: prints what a version says that cannot.

    Raises:
        UpdateError: it cannot.
    """
    config = str(config_file)
    for arguments in (
        ("check", config),
        ("doctor", "--config", config),
        ("run", "--headless", "--dry-run", "--config", config),
    ):
        try:
            done = subprocess.run(
                [command_of(folder), *arguments],
                cwd=config_file.parent,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=_PATIENCE_S,
                check=False,
            )
            code, said = done.returncode, done.stdout
        except (OSError, subprocess.TimeoutExpired) as error:
            code, said = -1, str(error)
        if code:
            say(said.rstrip())
            raise UpdateError(
                f"{folder.name}: `exhibit {' '.join(arguments)}` of it fails, see above; "
                "the table goes on as it was"
            )


def environment(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what a command of a version is started with."""
    return {name: value for name, value in given.items() if name not in _NOT_PASSED_ON}
