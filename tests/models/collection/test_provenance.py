from dataclasses import replace
from pathlib import Path

import pytest

from exhibit.contract.errors import InputError
from models.collection.curation import CurationRow
from models.collection.provenance import read_origins

ROW = CurationRow(
    "lear-012_1", "keep", "", "pad", 0, 0, 9, 9, 1.0, 0.1, "lear/i_012.png", 1, "pages/a.png"
)
TEXT = """
books:
  - match: "lear/*"
    artist: Edward Lear
    book: Nonsense Books
    year: 1888
    page: "_0*([0-9]+)"
  - match: "*"
    artist: unknown
drawings:
  lear-012_1: {title: The owl, caption: "Once"}
  other/7.png: {title: A page, page: "vii"}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "provenance.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_origins_item_is_told_with_book_and_page(tmp_path: Path) -> None:
    record = read_origins(written(tmp_path, TEXT)).of(ROW, [ROW])
    assert (record.artist, record.page, record.year) == ("Edward Lear", "12", 1888)
    assert record.label == "The owl, Edward Lear, Nonsense Books, p. 12, 1888"
    assert record.caption == "Once"


def test_origins_scan_tells_of_its_items(tmp_path: Path) -> None:
    row = replace(ROW, item="other-7_2", source="other/7.png")
    record = read_origins(written(tmp_path, TEXT)).of(row, [row])
    assert (record.title, record.artist, record.page) == ("A page", "unknown", "vii")


def test_origins_nothing_known_is_called_by_its_item(tmp_path: Path) -> None:
    assert read_origins(written(tmp_path, "")).of(ROW, [ROW]).label == "lear-012_1"


def test_origins_detail_names_the_row_it_is_of(tmp_path: Path) -> None:
    detail = replace(ROW, item="lear-012_1-head", detail_of="lear-012_1")
    origins = read_origins(written(tmp_path, TEXT))
    rows = [replace(ROW, item="lear-001_1"), ROW, detail]
    assert origins.of(detail, rows).detail_of == 1
    assert origins.of(detail, [detail]).detail_of is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("books: [{artist: nobody}]", "books.0.match: Field required"),
        ("books: [{match: '*', painter: nobody}]", "books.0.painter: Extra inputs"),
        ("books: [", "not readable as YAML"),
        ("books: [{match: '*', page: '[0-9]+'}]", r"expected exactly one \(group\)"),
        ("books: [{match: '*', page: '('}]", r"page of '\*' is '\('"),
    ],
)
def test_read_origins_malformed_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_origins(written(tmp_path, text))


def test_read_origins_missing_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml"):
        read_origins(tmp_path / "nowhere.yaml")


def test_origins_drawing_that_is_barred_is_told_so(tmp_path: Path) -> None:
    text = TEXT.replace("title: The owl", "title: The owl, barred: true")
    assert read_origins(written(tmp_path, text)).of(ROW, [ROW]).barred
    assert not read_origins(written(tmp_path, TEXT)).of(ROW, [ROW]).barred
