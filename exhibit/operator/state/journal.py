"""Append-only records, one JSON line each, one file a month: what happened, and who did what."""

from __future__ import annotations

import errno
import io
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from exhibit.contract.files import PRIVATE, append_line
from exhibit.contract.plain_files import open_plain, plain_text

log = logging.getLogger(__name__)

_LARGEST_BYTES = 8_000_000
_REMEMBERED = 500


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """One kind of record: `events` or `audit`.

    A full disk or read-only folder loses records, never the table: the latest are also kept in
    memory, and `fault` says what is wrong. Of every kind as many are kept: a busy day's sheets do
    not push out the one fault of last week.

    Args:
        folder: in the state folder.
        name: the beginning of the files' names.
        now: wall time in UTC.
    """

    def __init__(self, folder: Path, name: str, now: Callable[[], datetime] = _utc_now) -> None:
        self._folder, self._name, self._now = folder, name, now
        self._count = 0
        self._latest: dict[str, deque[tuple[int, dict[str, Any]]]] = {}
        self.fault = ""
        self._remember(self._read())
        self.listeners: list[Callable[[dict[str, Any]], None]] = []

    def add(self, what: str, **details: Any) -> dict[str, Any]:
        """Record one thing and return the record."""
        now = self._now()
        record = {"at": now.isoformat(timespec="milliseconds"), "what": what, **details}
        self._remember([record])
        file = self._file_of(now)
        try:
            if file.exists() and file.stat().st_size >= _LARGEST_BYTES:
                raise OSError(errno.EFBIG, f"{file.name} has its {_LARGEST_BYTES / 1e6:.0f} MB")
            append_line(file, json.dumps(record, ensure_ascii=False, default=str), PRIVATE)
            self.fault = ""
        except OSError as error:
            self.fault = f"the {self._name} cannot be written: {error.strerror or error}"
        for listener in self.listeners:
            listener(record)
        return record

    def newest(self, limit: int, kind: str = "", text: str = "") -> list[dict[str, Any]]:
        """Return the latest records, newest first.

        Args:
            limit: at most this many.
            kind: the beginning of `what`, such as `fault`.
            text: found anywhere in the record, in any case.
        """
        wanted = text.casefold()
        found = []
        records = [
            each for what in self.kinds() if what.startswith(kind) for each in self._latest[what]
        ]
        for _, record in sorted(records, key=itemgetter(0), reverse=True):
            if wanted in json.dumps(record).casefold():
                found.append(record)
            if len(found) == limit:
                break
        return found

    def kinds(self) -> list[str]:
        """Return every `what` of the latest records, in order."""
        return sorted(self._latest)

    def lines(self) -> Iterator[str]:
        """Yield every line that is kept, oldest first."""
        for file in self._files():
            try:
                with io.TextIOWrapper(open_plain(file), "utf-8", "replace") as lines:
                    yield from lines
            except OSError as error:
                self._say_unread(file, error)

    def _remember(self, records: Iterable[dict[str, Any]]) -> None:
        for record in records:
            self._count += 1
            latest = self._latest.setdefault(record["what"], deque(maxlen=_REMEMBERED))
            latest.append((self._count, record))

    def _file_of(self, now: datetime) -> Path:
        return self._folder / f"{self._name}-{now:%Y-%m}.jsonl"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._name}-*.jsonl"))

    def _read(self) -> Iterator[dict[str, Any]]:
        files, month = self._files(), self._file_of(self._now())
        # What a clock that was wrong has dated to the future is no newer than what came since.
        past = [file for file in files if file <= month]
        for file in files[len(past) :][-1:] + past[-2:]:
            try:
                text = plain_text(file, errors="replace")
            except OSError as error:
                self._say_unread(file, error)
                continue
            yield from filter(None, map(_parsed, text.splitlines()))

    def _say_unread(self, file: Path, error: OSError) -> None:
        self.fault = f"{file}: {error.strerror}; its part of the {self._name} cannot be read"
        log.warning("%s", self.fault)


def _parsed(line: str) -> dict[str, Any] | None:
    # A power cut may leave half a line at the end.
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    return record if all(isinstance(record.get(key), str) for key in ("at", "what")) else None
