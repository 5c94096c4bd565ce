"""`curation.csv`: one line an item, written by `models prepare`, edited by a curator, obeyed."""

import csv
import io
import math
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from exhibit.contract.errors import InputError
from models.collection.boxes import Box
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
    """Read what a curator left in `curation.csv`.

    Spreadsheets that write `;` or tabs between the columns are understood too, and so are decimal
    commas, a decision with a capital letter, and rows that are left empty.

    Args:
        path: the file.

    Returns:
        The rows in the file's order.

    Raises:
        InputError: naming file, line and column of the first thing that cannot be obeyed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save it as 'CSV UTF-8'") from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    # Not strict, a quotation mark that is never closed would take all rows after it along.
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = _rows(reader, path)
    except csv.Error as error:
        raise InputError(
            f"{path}: after line {reader.line_num}: {error}; expected every quotation mark closed"
        ) from error
    names: set[str] = set()
    for row in rows:
        if row.item in names:
            raise InputError(f"{path}: the item '{row.item}' is there twice")
        names.add(row.item)
    return rows


def _rows(reader: "csv.DictReader[str]", path: Path) -> list[CurationRow]:
    present = OPTIONAL.union(reader.fieldnames or ())
    missing = [name for name in COLUMNS if name not in present]
    if missing:
        raise InputError(f"{path}: line 1: the column '{missing[0]}' is missing")
    rows = []
    for cells in reader:
        where = f"{path}: line {reader.line_num}"
        if any(more := cells.pop(None, [])):
            raise InputError(
                f"{where}: {more} after the last column; expected quotation marks around a text "
                "with a separator in it"
            )
        if any(cells.values()):
            rows.append(_row(cells, where))
    return rows


def _row(cells: dict[str, str], where: str) -> CurationRow:
    values: dict[str, Any] = {name: (cells.get(name) or "").strip() for name in COLUMNS}
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
