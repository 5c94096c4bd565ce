"""Where drawings are from: what a person wrote of the books, by the names of the scans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exhibit.contract.errors import InputError
from exhibit.contract.memory import Provenance
from exhibit.contract.yaml_text import YamlError, read_yaml
from models.collection.curation import CurationRow

_LONGEST = 4 * 1024 * 1024
"""Letters: as many as a few ten thousand drawings with titles take."""
_STRICT = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Book(BaseModel):
    """What is known of all scans whose names fit."""

    model_config = _STRICT

    match: str
    """Pattern of the scans' names, such as `lear/*`; the first that fits counts."""
    artist: str = ""
    book: str = ""
    year: int | None = None
    edition: str = ""
    """Who scanned it, and where that can be found."""
    page: str = ""
    """Regular expression whose group is the page in a scan's name, such as `_i_?0*([0-9]+)`."""


class Said(BaseModel):
    """What is known of one drawing."""

    model_config = _STRICT

    title: str = ""
    caption: str = ""
    page: str = ""
    facing: bool = False
    """A face that is seen from the front, for visitors who draw one."""
    lettered: bool = False
    """It is never shown mirrored."""
    barred: bool = False
    """The table neither recalls it nor names it."""


class Origins(BaseModel):
    """A provenance file."""

    model_config = _STRICT

    books: tuple[Book, ...] = ()
    drawings: dict[str, Said] = Field(default_factory=dict)
    """By item, as in `curation.csv`, or by scan."""

    def of(self, row: CurationRow, rows: Sequence[CurationRow]) -> Provenance:
        """Return what is known of an item; `rows` are all of the memory, in its order."""
        whole = [number for number, other in enumerate(rows) if other.item == row.detail_of]
        return self.described(
            Provenance(item=row.item, source=row.source, detail_of=whole[0] if whole else None)
        )

    def described(self, drawing: Provenance) -> Provenance:
        """Return what is known of a drawing of which name, scan and whole are given."""
        nothing = Book(match="*")
        book = next((book for book in self.books if fnmatch(drawing.source, book.match)), nothing)
        said = self.drawings.get(drawing.item) or self.drawings.get(drawing.source) or Said()
        return Provenance(
            item=drawing.item,
            source=drawing.source,
            artist=book.artist,
            book=book.book,
            page=said.page or _page(book, drawing.source),
            year=book.year,
            edition=book.edition,
            detail_of=drawing.detail_of,
            **said.model_dump(exclude={"page"}),
        )


def _page(book: Book, source: str) -> str:
    found = re.search(book.page, PurePosixPath(source).stem) if book.page else None
    return found[1] if found else ""


def read_origins(path: Path) -> Origins:
    """Read a provenance file.

    Raises:
        InputError: it is not there, or not such a file; names the place in it.
    """
    try:
        origins = Origins.model_validate(
            read_yaml(path.read_text(encoding="utf-8"), _LONGEST)[1] or {}
        )
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; expected a provenance file") from None
    except (YamlError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as YAML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise InputError(f"{path}: {where}: {first['msg']} (got {first['input']!r:.80})") from None
    for book in origins.books:
        try:
            groups = re.compile(book.page).groups if book.page else 1
        except re.error as error:
            raise InputError(f"{path}: page of '{book.match}' is '{book.page}': {error}") from None
        if groups != 1:
            raise InputError(
                f"{path}: page of '{book.match}' is '{book.page}'; expected exactly one (group)"
            )
    return origins
