"""A curator edits `curation.csv` in a spreadsheet: what comes back is obeyed or refused by line."""

from dataclasses import replace

import pytest

from exhibit.contract.errors import InputError
from models.collection.curation import BY_CURATOR, COLUMNS, CurationRow, read_csv, to_csv

ROW = CurationRow(
    item="one_1",
    decision="keep",
    reason="",
    squaring="pad",
    left=3,
    top=4,
    right=50,
    bottom=60,
    line_width_px=1.25,
    ink_share=0.05,
    source='a "quoted", name.png',
    page=1,
    page_image="pages/one.png",
)


def write(tmp_path, text):
    path = tmp_path / "curation.csv"
    path.write_bytes(text.encode("utf-8"))
    return path


def test_read_csv_gives_back_what_was_written(tmp_path) -> None:
    rows = [ROW, replace(ROW, item="one_2", decision="drop", reason="thin: 0.5 px")]
    assert read_csv(write(tmp_path, to_csv(rows))) == rows


@pytest.mark.parametrize("separator", [";", "\t"])
def test_read_csv_understands_a_european_spreadsheet(tmp_path, separator) -> None:
    plain = replace(ROW, source="name.png")
    cells = "\ufeff" + to_csv([plain]).replace(",", separator).replace("\n", "\r\n")
    text = cells.replace("1.25", "1,25").replace("0.05", "0,05").replace("keep", "Keep")
    assert read_csv(write(tmp_path, text + 13 * separator + "\r\n")) == [plain]


def test_read_csv_takes_whole_numbers_that_a_program_wrote_as_real_ones(tmp_path) -> None:
    text = to_csv([ROW]).replace(",3,4,50,60,", ",3.0,4.0,50.0,60.0,")
    assert read_csv(write(tmp_path, text)) == [ROW]


def test_read_csv_with_changed_decisions_keeps_reasons_in_step(tmp_path) -> None:
    set_aside = replace(ROW, item="two", decision="drop", reason="thin: 0.5 px")
    text = to_csv([ROW, set_aside]).replace(",keep,", ",KEPT,").replace(",drop,", ",keep,")
    kept, dropped = read_csv(write(tmp_path, text.replace(",KEPT,", ",drop,")))[::-1]
    assert (kept.decision, kept.reason) == ("keep", "")
    assert (dropped.decision, dropped.reason) == ("drop", BY_CURATOR)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",keep,", ",maybe,", "line 2: decision is 'maybe'; expected keep or drop"),
        (",pad,", ",trim,", "line 2: squaring is 'trim'; expected pad or crop"),
        (",3,4,", ",3.5,4,", "line 2: left is '3.5'; expected a whole number"),
        (",3,4,", ",50,4,", "line 2: the box is empty"),
        (",1.25,", ",nan,", "line 2: line_width_px is 'nan'; expected a number"),
        (",3,4,", f",{'9' * 400},4,", "line 2: left is '9{80}'; expected a whole number"),
        (
            ",pages/one.png,",
            ",pages/one.png,,two",
            "line 2: .* after the last column; expected quotation marks",
        ),
        ("one_1", '"one_1', "line .*; expected every quotation mark closed"),
        ("one_1", "x" * 200_000, "line 2: field larger than .*"),
        ("one_1", "../one", "line 2: item is '../one'"),
        (",pages/one.png", ",", "line 2: decision is keep, but .* could not be read"),
        ("decision", "choice", "line 1: the column 'decision' is missing"),
    ],
)
def test_read_csv_with_a_bad_cell_names_line_and_column(tmp_path, old, new, message) -> None:
    with pytest.raises(InputError, match=message):
        read_csv(write(tmp_path, to_csv([ROW]).replace(old, new, 1)))


def test_read_csv_with_an_item_twice_names_it(tmp_path) -> None:
    with pytest.raises(InputError, match="'one_1' is there twice"):
        read_csv(write(tmp_path, to_csv([ROW, ROW])))


def test_columns_begin_with_what_a_curator_edits() -> None:
    assert COLUMNS[:4] == ("item", "decision", "reason", "squaring")


def test_read_csv_of_before_details_has_only_whole_drawings(tmp_path) -> None:
    text = to_csv([replace(ROW, source="name.png")]).splitlines()
    older = "\n".join(line.rpartition(",")[0] for line in text)
    assert text[0].endswith(",detail_of")
    (row,) = read_csv(write(tmp_path, older))
    assert row.detail_of == ""
