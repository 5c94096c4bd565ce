"""A folder that drawings are kept in for some hours."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from exhibit.contract.files import SHARED
from exhibit.takehome.outbox import DeliveryError, Parcel

_OURS = re.compile(r"^drawing-\d{8}-\d{6}-[0-9a-f]{4}\.(pdf|png)$")
_FUTURE_S = 60.0


class Folder:
    """Writes drawings into a folder, and removes them when their time is over.

    Args:
        path: the folder, which must be there: the place where a disk is missing is no folder to
            write to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, parcel: Parcel) -> None:
        """Write a file; raises DeliveryError, naming the folder, where it cannot be."""
        problem = self.problem()
        if problem:
            raise DeliveryError(problem)
        try:
            parcel.write(self._path, SHARED)
        except OSError as error:
            raise DeliveryError(f"folder {self._path}: {error.strerror}") from None

    def problem(self) -> str:
        """Return why nothing can be kept there, in one line; empty where it can."""
        if not self._path.is_dir():
            return f"folder {self._path}: not there; expected a folder"
        if not os.access(self._path, os.W_OK | os.X_OK):
            return f"folder {self._path}: not writable for the table's user"
        return ""

    def is_empty(self) -> bool:
        """Return whether no drawing is there; False also where that cannot be seen."""
        try:
            return not self._look()
        except OSError:
            return False

    def clean(self, keep_s: float, now: float) -> None:
        """Remove drawings that are older than `keep_s`, and nothing else.

        Args:
            keep_s: how long they are kept.
            now: seconds of wall time. What a clock that was wrong has dated to the future counts
                from now on.
        """
        for path in self._drawings():
            _remove_if_old(path, keep_s, now)

    def date_anew(self, jump_s: float) -> None:
        """Date the drawings by a clock that has jumped, so that they are kept as long as before."""
        for path in self._drawings():
            _date_anew(path, jump_s)

    def _drawings(self) -> list[Path]:
        try:
            return self._look()
        except OSError:
            return []

    def _look(self) -> list[Path]:
        return [path for path in self._path.iterdir() if _OURS.match(path.name)]


def _date_anew(path: Path, jump_s: float) -> None:
    with contextlib.suppress(OSError):
        made_at = path.stat().st_mtime + jump_s
        os.utime(path, (made_at, made_at))


def _remove_if_old(path: Path, keep_s: float, now: float) -> None:
    with contextlib.suppress(OSError):
        age_s = now - path.stat().st_mtime
        if age_s > keep_s:
            path.unlink()
        elif age_s < -_FUTURE_S:
            os.utime(path, (now, now))
