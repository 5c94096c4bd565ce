"""What the curator's page works on: the rows of `curation.csv` and the pages they refer to."""

import threading
from dataclasses import replace
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

    def change(self, item: str, changes: dict[str, Any]) -> CurationRow:
        """Change an item's decision, squaring or box.

        Args:
            item: its name.
            changes: any of decision, squaring, left, top, right, bottom.

        Returns:
            The row as written, measured anew.

        Raises:
            UnknownItemError: there is none of that name.
            InputError: the change cannot be obeyed.
        """
        with self._lock:
            rows = _index(self.rows())
            before = _find(rows, item)
            if not before.page_image:
                raise InputError(f"'{before.source}' could not be read: {before.reason}")
            changed = replace(before, **changes)
            rows[item] = self._measured(changed.decided(changed.decision))
            self._write(list(rows.values()))
            return rows[item]

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
            self._write(rows)
            return row

    def _measured(self, row: CurationRow) -> CurationRow:
        grey, cuts = self._page(row.page_image)
        return with_measures(row, cut_row(row, grey, cuts), self.options.resolution)

    def _read_page(self, page_image: str) -> tuple[NDArray[np.uint8], list[Cut]]:
        grey = building.read_page(self.folder, page_image)
        return grey, cut_page(grey, self.options.framing, self.options.gutter)

    def _write(self, rows: list[CurationRow]) -> None:
        building.write_into(self.folder)(curation.FILE_NAME, curation.to_csv(rows).encode())

    def rebuild(self) -> str:
        """Write the training set anew from `curation.csv`.

        Returns:
            The data's SHA-256.
        """
        with self._lock:
            write = building.write_into(self.folder)
            items = building.build(None, self.folder, self.options, write, lambda things, _: things)
            return building.finish(self.folder, None, self.options, items)


def _find(rows: dict[str, CurationRow], item: str) -> CurationRow:
    if item not in rows:
        raise UnknownItemError(f"no item '{item}'")
    return rows[item]


def _index(rows: list[CurationRow]) -> dict[str, CurationRow]:
    return {row.item: row for row in rows}
