"""The versions of a table beside each other, and which of them starts.

Beside `versions/NAME/` lie links to some of them: `current` is the one that starts, `before` the
one to go back to, and `trial`, which is there only while a new one has to prove itself, the one
that comes back if it does not. Links are replaced by a rename, one at a time, in an order in which
`current` names a whole version whatever ends the process in between.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tomllib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from exhibit.contract.errors import UpdateError
from exhibit.contract.files import sync_folder, write_whole
from exhibit.contract.plain_files import plain_text, real_path

VERSIONS, CURRENT, BEFORE, TRIAL = "versions", "current", "before", "trial"
_WHOLE, _LOCK = ".whole", ".lock"


class Versions:
    """The versions in a folder. One process changes them at a time.

    Args:
        prefix: the folder, such as /opt/tracing-table.
        now: local time, for names.
    """

    def __init__(self, prefix: Path, now: Callable[[], datetime] = datetime.now) -> None:
        self.prefix, self._now = prefix, now

    @property
    def current(self) -> Path | None:
        """The version that starts."""
        return self._target(CURRENT)

    @property
    def before(self) -> Path | None:
        """The version to go back to."""
        return self._target(BEFORE)

    @property
    def trial(self) -> Path | None:
        """The version that comes back if `current` does not prove itself; None where it has."""
        return self._target(TRIAL)

    def lock(self) -> int:
        """Keep others from changing versions for as long as the descriptor returned is open.

        Raises:
            UpdateError: another process does.
        """
        held = os.open(self.prefix / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(held)
            raise UpdateError(f"{self.prefix}: another update is under way") from None
        return held

    def new_folder(self) -> Path:
        """Make an empty folder for a new version, after those that were never completed."""
        self.prune()
        parent, stamp = self.prefix / VERSIONS, f"{self._now():%Y%m%d-%H%M%S}"
        parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        while any(parent.glob(f"*{stamp}")):
            stamp += "a"  # two within a second
        folder = parent / f".{stamp}"
        folder.mkdir(mode=0o755)
        return folder

    def name(self, folder: Path) -> Path:
        """Give a new version with its sources in it the name under which it stays.

        Its environment is made only there: it holds paths of its own.
        """
        number = version_of(folder)
        named = folder.with_name(f"{number}{folder.name.replace('.', '-', 1)}")
        folder.rename(named)
        return named

    def seal(self, folder: Path) -> None:
        """Say that a version is whole, once all of it is on the disk."""
        os.sync()
        write_whole(folder / _WHOLE, "")

    def is_whole(self, folder: Path) -> bool:
        """Return whether everything of a version is there."""
        return (folder / _WHOLE).exists()

    def begin_trial(self, folder: Path) -> None:
        """Let a whole version start from now on, and remember what starts if it fails.

        Raises:
            UpdateError: it is not whole, there is none to come back to, or a trial is under way.
        """
        if not self.is_whole(folder):
            raise UpdateError(f"{folder}: not a whole version; nothing was changed")
        if self.current is None or self.trial is not None:
            raise UpdateError(f"{self.prefix}: expected a version that starts and none on trial")
        self._point(TRIAL, self.current)
        self._point(CURRENT, folder)

    def confirm(self) -> None:
        """Keep the version on trial; what it replaced is the one to go back to."""
        if self.trial is not None:
            self._point(BEFORE, self.trial)
            self._remove(TRIAL)
        self.prune()

    def go_back(self) -> None:
        """Let what was there before the trial start again."""
        if self.trial is not None:
            self._point(CURRENT, self.trial)
            self._remove(TRIAL)

    def prune(self) -> None:
        """Remove every version that no link names, also what was never completed."""
        if self.current is None:
            return  # a link that somebody broke is no reason to remove what still runs
        kept = {self.current, self.before, self.trial}
        for folder in sorted((self.prefix / VERSIONS).glob("*")):
            if real_path(folder) not in kept:
                # First of all it is no longer whole: removing takes a while.
                (folder / _WHOLE).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)

    def _target(self, link: str) -> Path | None:
        path = self.prefix / link
        return real_path(path) if path.is_symlink() and path.exists() else None

    def _point(self, link: str, folder: Path) -> None:
        draft = self.prefix / f".{link}.new"
        with suppress(FileNotFoundError):
            draft.unlink()  # of a process that was killed
        draft.symlink_to(Path(VERSIONS) / folder.name)
        draft.replace(self.prefix / link)
        sync_folder(self.prefix)

    def _remove(self, link: str) -> None:
        (self.prefix / link).unlink(missing_ok=True)
        sync_folder(self.prefix)


def version_of(folder: Path) -> str:
    """Return the number of the version whose sources lie in a folder.

    Raises:
        UpdateError: it holds no Tracing Table.
    """
    try:
        project = tomllib.loads(plain_text(folder / "pyproject.toml"))["project"]
        name, number = str(project["name"]), str(project["version"])
    except (OSError, ValueError, KeyError, TypeError):
        name = number = ""
    if name != "tracing-table" or "/" in number or not (folder / "Makefile").is_file():
        raise UpdateError(
            f"{folder}: no Tracing Table; expected its folder, with pyproject.toml and Makefile"
        )
    return number
