"""Where run folders are, so that who is no child of a table finds it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from exhibit.contract.board import RUN_PREFIX, SHARED_MEMORY, read_status
from exhibit.contract.lifeline import lives
from exhibit.contract.plain_files import real_path


def known_folders(parent: Path) -> Iterator[tuple[Path, bool]]:
    """Yield every run folder in a folder, and whether the process that made it lives."""
    for folder in parent.glob(f"{RUN_PREFIX}*-*"):
        owner = folder.name.removeprefix(RUN_PREFIX).split("-")[0]
        if owner.isdigit():
            yield folder, lives(int(owner))


def running_tables() -> list[Path]:
    """Return the run folders of tables that run, the newest first."""
    found = []
    for parent in dict.fromkeys((SHARED_MEMORY, Path(tempfile.gettempdir()))):
        for folder, is_alive in known_folders(parent):
            if is_alive:
                began_at = _began_at(folder)
                if began_at is not None:
                    found.append((began_at, folder))
    return [folder for _, folder in sorted(found, reverse=True)]


def table_of(state_dir: Path) -> Path | None:
    """Return the run folder of the newest table with a state folder, None where none runs."""
    return next((folder for folder in running_tables() if _is_of(folder, state_dir)), None)


def _began_at(folder: Path) -> float | None:
    """Return when the supervisor of a folder began, None where there is none, or it is not ours."""
    try:
        return float(read_status(folder, "supervisor")["began_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_of(folder: Path, state_dir: Path) -> bool:
    try:
        found = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        named = Path(found["file"]["state_dir"])
        # A relative one is of a table that was started with no file, somewhere.
        return named.is_absolute() and real_path(named) == real_path(state_dir)
    except (OSError, ValueError, KeyError, TypeError):
        return False
