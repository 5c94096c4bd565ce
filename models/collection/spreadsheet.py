"""Tables that people edit in a spreadsheet, as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exhibit.contract.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A row of a table: its cells by column, and where it stands, for errors."""

    where: str
    cells: dict[str, str]


def read_table(path: Path, columns: Sequence[str], expected: str = "a table as CSV") -> list[Line]:
    """Read a table as spreadsheets of half the world save it.

    Args:
        path: UTF-8, with or without a byte order mark; its cells are separated by `,`, `;` or tabs.
        columns: what the first line must name; it may name more.
        expected: what it should be, for errors.

    Returns:
        All rows that are not empty, in the file's order. Cells are text without blanks around them;
        one that is missing is empty.

    Raises:
        InputError: naming file, line and what is wrong with it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; expected {expected}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save it as 'CSV UTF-8'") from error
    separator = max(",;\t", key=text.partition("\n")[0].count)
    # Not strict, a quotation mark that is never closed would take all rows after it along.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns if name not in head]
        if missing:
            raise InputError(
                f"{path}: line 1: the column '{missing[0]}' is missing; expected {expected}"
            )
        return list(_lines(path, ((reader.line_num, row) for row in reader), head))
    except csv.Error as error:
        raise InputError(
            f"{path}: line {reader.line_num}: {error}; expected every quotation mark closed"
        ) from error


def _lines(
    path: Path, rows: Iterable[tuple[int, list[str]]], head: Sequence[str]
) -> Iterator[Line]:
    for number, row in rows:
        cells, where = [cell.strip() for cell in row], f"{path}: line {number}"
        if any(more := cells[len(head) :]):
            raise InputError(
                f"{where}: {more} after the last column; expected quotation marks around a text "
                "with a separator in it"
            )
        if any(cells):
            filled = [*cells, *[""] * (len(head) - len(cells))]
            yield Line(where, dict(zip(head, filled, strict=False)))
