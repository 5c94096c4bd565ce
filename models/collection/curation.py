"""`curation.csv`: one line an item, written by `models prepare`, edited by a curator, obeyed."""

import csv
import io
import math
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from exhibit.contract.errors import InputError
from models.collection.boxes import Box
from models.collection.spreadsheet import read_table
from models.collection.squaring import Squaring

FILE_NAME = "curation.csv"
DECISIONS = ("keep", "drop")
SQUARINGS: tuple[Squaring, ...] = ("pad", "crop")
BY_CURATOR = "dropped by the curator"


@dataclass(frozen=True, slots=True)
class CurationRow:
    """One item: where it comes from, what is decided and why, and what was measured."""

    item: str
    """Name, unique in the data set; `images/ITEM.png` where it is kept."""
    decision: str
    reason: str
    """Why it is set aside; empty where it is kept."""
    squaring: Squaring
    left: int
    top: int
    right: int
    bottom: int
    line_width_px: float
    """Mean line width at the model's resolution; 0 where nothing was measured."""
    ink_share: float
    source: str
    page: int
    page_image: str
    """The whitened page the box refers to; empty for an unreadable scan."""
    detail_of: str = ""
    """The item that this one is cut out of, such as a head; empty for a whole drawing."""

    @property
    def box(self) -> Box:
        """Where on the page image the item lies."""
        return Box(self.left, self.top, self.right, self.bottom)

    @property
    def kept(self) -> bool:
        """Whether the item belongs to the training set."""
        return self.decision == "keep"

    def decided(self, decision: str) -> "CurationRow":
        """The row with a curator's decision; the reason follows."""
        reason = "" if decision == "keep" else self.reason or BY_CURATOR
        return replace(self, decision=decision, reason=reason)

    def recropped(self, box: Box) -> "CurationRow":
        """The row with another box."""
        return replace(self, left=box.left, top=box.top, right=box.right, bottom=box.bottom)


COLUMNS = tuple(field.name for field in fields(CurationRow))
OPTIONAL = frozenset({"detail_of"})
"""Columns that older files lack."""
_WHOLE = ("left", "top", "right", "bottom", "page")
_REAL = ("line_width_px", "ink_share")


def to_csv(rows: list[CurationRow]) -> str:
    """Write rows as CSV that spreadsheets open."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return text.getvalue()


def read_csv(path: Path) -> list[CurationRow]:
    """Read what a curator left in `curation.csv`; see `read_table`.

    Decimal commas and a decision with a capital letter are understood, too.

    Args:
        path: the file.

    Returns:
        The rows in the file's order.

    Raises:
        InputError: naming file, line and column of the first thing that cannot be obeyed.
    """
    lines = read_table(path, [name for name in COLUMNS if name not in OPTIONAL])
    rows = [_row(line.cells, line.where) for line in lines]
    names: set[str] = set()
    for row in rows:
        if row.item in names:
            raise InputError(f"{path}: the item '{row.item}' is there twice")
        names.add(row.item)
    return rows


def _row(cells: dict[str, str], where: str) -> CurationRow:
    values: dict[str, Any] = {name: cells.get(name, "") for name in COLUMNS}
    values["decision"] = values["decision"].lower()
    for name in _WHOLE:
        values[name] = _number(values[name], f"{where}: {name}", whole=True)
    for name in _REAL:
        values[name] = _number(values[name], f"{where}: {name}", whole=False)
    row = CurationRow(**values)
    _check(row, where)
    return row.decided(row.decision)


def _number(text: str, what: str, whole: bool) -> int | float:
    """Read `1.25`, or `1,25` as spreadsheets of half the world write it, and `23.0` for 23."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (whole and not number.is_integer()):
        expected = "a whole number" if whole else "a number"
        raise InputError(f"{what} is '{text:.80}'; expected {expected}")
    return int(number) if whole else number


def _check(row: CurationRow, where: str) -> None:
    if not row.item or "/" in row.item or row.item.startswith("."):
        raise InputError(f"{where}: item is '{row.item}'; expected a file name without folders")
    if row.decision not in DECISIONS:
        raise InputError(f"{where}: decision is '{row.decision}'; expected keep or drop")
    if row.squaring not in SQUARINGS:
        raise InputError(f"{where}: squaring is '{row.squaring}'; expected pad or crop")
    if row.kept and not row.page_image:
        raise InputError(f"{where}: decision is keep, but '{row.source}' could not be read")
    if row.kept and (row.box.width < 1 or row.box.height < 1):
        raise InputError(f"{where}: the box is empty; expected left < right and top < bottom")
