"""What the curator's page works on: the rows of `curation.csv` and the pages they refer to."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from models.collection import building, curation
from models.collection.boxes import Box
from models.collection.curation import CurationRow
from models.collection.cutting import Cut, cut_page, square
from models.collection.preparation import cut_row, with_measures

PAGES_IN_MEMORY = 16


class UnknownItemError(InputError):
    """No item has this name, or none is on this page."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing changed: rows as they were, and items that had been added."""

    restored: list[CurationRow]
    removed: list[str]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is; of 0 where that is not known."""

    title: str
    done: int = 0
    total: int = 0


class Desk:
    """A data set under a curator's hands; every change is in `curation.csv` at once.

    The file is read again before each change, so it may be edited in a spreadsheet meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        """Open a data set.

        Args:
            folder: written by `models prepare`.

        Raises:
            InputError: it is none.
        """
        if not building.is_dataset(folder):
            raise InputError(f"{folder}: not a data set; make one with `models prepare`")
        self.folder = folder
        self.options = building.options_of(folder)
        self._lock = threading.Lock()
        self._page = lru_cache(PAGES_IN_MEMORY)(self._read_page)
        self._before: list[dict[str, CurationRow | None]] = []
        self.progress: Progress | None = None
        """How far the training set is written; None while it is not."""
        self._read_version: tuple[int, int] | None = None
        self._rows: list[CurationRow] = []
        self.rows()

    def rows(self) -> list[CurationRow]:
        """All items as they stand in `curation.csv` now."""
        path = self.folder / curation.FILE_NAME
        found = path.stat()
        version = (found.st_mtime_ns, found.st_size)
        if version != self._read_version:
            self._rows, self._read_version = curation.read_csv(path), version
        return list(self._rows)

    def row(self, item: str) -> CurationRow:
        """One item.

        Raises:
            UnknownItemError: there is none of that name.
        """
        return _find(_index(self.rows()), item)

    def picture(self, row: CurationRow) -> NDArray[np.uint8]:
        """The picture that an item is, or would be if it were kept."""
        grey, cuts = self._page(row.page_image)
        cut = cut_row(replace(row, decision="drop"), grey, cuts)
        return square(cut, row.squaring, self.options.resolution)

    def page(self, page_image: str) -> NDArray[np.uint8]:
        """The whitened page with this name: (height, width) uint8."""
        return self._page(page_image)[0]

    def change(self, items: Sequence[str], changes: dict[str, Any]) -> list[CurationRow]:
        """Change decision, squaring or box of items, all of them or none.

        Args:
            items: their names.
            changes: any of decision, squaring, left, top, right, bottom.

        Returns:
            The rows as written, measured anew.

        Raises:
            UnknownItemError: there is none of such a name.
            InputError: the change cannot be obeyed.
        """
        with self._lock:
            rows = _index(self.rows())
            before = {item: _find(rows, item) for item in items}
            for item, row in before.items():
                if not row.page_image:
                    raise InputError(f"'{row.source}' could not be read: {row.reason}")
                changed = replace(row, **changes)
                rows[item] = self._measured(changed.decided(changed.decision))
            self._write(list(rows.values()), dict(before))
            return [rows[item] for item in items]

    def undo(self) -> Undone:
        """Take the last change back; each further call the one before it.

        Raises:
            InputError: nothing was changed since the page was opened.
        """
        with self._lock:
            if not self._before:
                raise InputError("nothing to undo")
            rows, before = _index(self.rows()), self._before[-1]
            removed = [item for item, row in before.items() if row is None]
            restored = [row for row in before.values() if row is not None]
            kept = {item: row for item, row in rows.items() if item not in removed}
            self._write(list((kept | _index(restored)).values()))
            self._before.pop()
            return Undone(restored, removed)

    def add_crop(self, page_image: str, box: Box) -> CurationRow:
        """Add a kept item: another rectangle of a page.

        Raises:
            UnknownItemError: no item of that page is known.
            InputError: the box does not lie on the page, or there is no ink in it.
        """
        with self._lock:
            rows = self.rows()
            siblings = [row for row in rows if row.page_image == page_image]
            if not siblings:
                raise UnknownItemError(f"no item of the page '{page_image}'")
            stem, taken = PurePosixPath(page_image).stem, _index(rows)
            number = next(n for n in range(1, len(rows) + 2) if f"{stem}_c{n}" not in taken)
            row = replace(siblings[0], item=f"{stem}_c{number}").recropped(box).decided("keep")
            row = self._measured(row)
            rows.insert(rows.index(siblings[-1]) + 1, row)
            self._write(rows, {row.item: None})
            return row

    def _measured(self, row: CurationRow) -> CurationRow:
        grey, cuts = self._page(row.page_image)
        return with_measures(row, cut_row(row, grey, cuts), self.options.resolution)

    def _read_page(self, page_image: str) -> tuple[NDArray[np.uint8], list[Cut]]:
        grey = building.read_page(self.folder, page_image)
        return grey, cut_page(grey, self.options.framing, self.options.gutter)

    def _write(
        self, rows: list[CurationRow], before: dict[str, CurationRow | None] | None = None
    ) -> None:
        """Write all rows; `before` is what undoing puts back, None for an item that was not."""
        building.write_into(self.folder)(curation.FILE_NAME, curation.to_csv(rows).encode())
        if before:
            self._before.append(before)

    def rebuild(self) -> str:
        """Write the training set anew from `curation.csv`.

        Returns:
            The data's SHA-256.
        """
        with self._lock:
            try:
                write = building.write_into(self.folder)
                items = building.build(None, self.folder, self.options, write, self._watched)
                self.progress = Progress("contact sheets")
                return building.finish(self.folder, None, self.options, items)
            finally:
                self.progress = None

    def _watched(self, things: Iterable[Any], title: str) -> Iterator[Any]:
        every = list(things)
        for done, thing in enumerate(every):
            self.progress = Progress(title, done, len(every))
            yield thing


def _find(rows: dict[str, CurationRow], item: str) -> CurationRow:
    if item not in rows:
        raise UnknownItemError(f"no item '{item}'")
    return rows[item]


def _index(rows: list[CurationRow]) -> dict[str, CurationRow]:
    return {row.item: row for row in rows}
