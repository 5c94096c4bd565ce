"""The files of a bundle that is open: are they on the disk still what was opened?

What is open harms nobody by going away. But the next start needs the files, and somebody must hear
of it while there is time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from exhibit.contract.bundle import (
    CARD,
    Bundle,
    Card,
    check_files,
    load_bundle,
    read_card,
    sha256_of,
)
from exhibit.contract.errors import BundleError

LOOK_EVERY_S = 10.0
_READ_AFTER_S = 24 * 3600.0
"""What rots in place keeps its date: once a day the files are read, whatever their dates say."""

log = logging.getLogger(__name__)

_Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """What lies in the place of a bundle that is open; `is_whole` where it can be opened too."""

    text: str
    is_whole: bool = False


class BundleOnDisk:
    """The folder of a bundle, and what was in it when it was opened.

    A file is read again only where its size, its dates or its place on the disk have changed.

    Args:
        path: the folder.
        clock: monotonic seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = path, clock
        self._read: dict[Path, tuple[_Stamp, str]] = {}
        self._forget_at = clock() + _READ_AFTER_S
        self._card: tuple[str, Card] | None = None  # as it lies there, with its SHA-256
        self._opened: Card | None = None

    def open(self) -> Bundle:
        """Read the card and check all files; raises BundleError as `load_bundle` does."""
        bundle = load_bundle(self._path, self._sha256)
        self._opened = bundle.card
        return bundle

    def look(self) -> Changed | None:
        """Return what lies there now in the place of what was opened, None where it is the same."""
        if self._clock() >= self._forget_at:
            self._forget_at = self._clock() + _READ_AFTER_S
            self._read.clear()
        try:
            card = self._card_now()
            check_files(self._path, card, self._sha256)
        except BundleError as error:
            return Changed(str(error))
        except OSError as error:
            return Changed(f"{self._path / CARD}: {error.strerror}")
        another = Changed(f"{self._path}: another bundle", is_whole=True)
        return None if card == self._opened else another

    def _card_now(self) -> Card:
        found = self._sha256(self._path / CARD)
        if self._card is None or self._card[0] != found:
            self._card = found, read_card(self._path / CARD)
        return self._card[1]

    def _sha256(self, path: Path) -> str:
        stamp = _stamp_of(path)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = self._read[path] = stamp, sha256_of(path)
        return known[1]


def _stamp_of(path: Path) -> _Stamp:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class BundleWatch:
    """Looks at the files of the bundle that answers, in a thread: the disk may be slow, or hang.

    Args:
        in_use: returns the folder of the bundle that answers now.
    """

    def __init__(self, in_use: Callable[[], BundleOnDisk | None]) -> None:
        self._in_use = in_use
        self._found: tuple[BundleOnDisk | None, Changed | None] = (None, None)
        self._closing = threading.Event()
        threading.Thread(target=self._run, name="bundle-watch", daemon=True).start()

    @property
    def found(self) -> Changed | None:
        """What lies in the place of the bundle that answers, None where it lies there still."""
        looked_at, found = self._found
        return found if looked_at is self._in_use() else None

    def close(self) -> None:
        """Look no more; it is not waited for."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.wait(LOOK_EVERY_S):
            folder = self._in_use()
            if folder is None:
                continue
            found, before = folder.look(), self.found
            self._found = folder, found
            if found != before:
                log.warning(
                    "on the disk: %s", found.text if found else "the bundle as it was opened"
                )
