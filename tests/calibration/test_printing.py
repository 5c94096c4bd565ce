from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from calibration.cli import main
from calibration.pages import PAGES
from calibration.papers import PAPERS
from calibration.printing import render, write_pages
from exhibit.contract.errors import InputError
from exhibit.contract.printed import Page, pages_pdf

A4 = PAPERS["a4"]


@pytest.mark.parametrize("what", list(PAGES))
@pytest.mark.parametrize("name", list(PAPERS))
def test_every_page_lies_within_its_paper(what: str, name: str) -> None:
    page = PAGES[what](PAPERS[name])
    assert (page.width_mm, page.height_mm) == PAPERS[name].size_mm
    boxes = np.array(page.black)
    assert boxes[:, :2].min() >= 4.0  # what printers leave blank
    far = boxes[:, :2] + boxes[:, 2:]
    assert (far <= np.array(PAPERS[name].size_mm) - 4.0).all()


def test_pdf_has_the_papers_true_size_and_a_sound_table_of_objects() -> None:
    pdf = pages_pdf([PAGES["board"](A4)])
    assert b"/MediaBox [0 0 841.890 595.276]" in pdf
    start = int(re.search(rb"startxref\n(\d+)", pdf)[1])  # type: ignore[index]
    assert pdf[start : start + 4] == b"xref"
    offsets = [int(o) for o in re.findall(rb"(\d{10}) 00000 n", pdf)]
    for number, offset in enumerate(offsets, start=1):
        assert pdf[offset:].startswith(b"%d 0 obj" % number)


def test_render_puts_ink_where_the_page_has_it() -> None:
    pixels = render(Page(20, 10, [(5, 2, 10, 3)], []), 2)
    assert pixels.shape == (20, 40)
    rows, columns = np.nonzero(pixels == 0)
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == (4, 10, 10, 30)


def test_print_writes_all_sheets_of_one_paper(tmp_path: Path) -> None:
    path = tmp_path / "sheets.pdf"
    result = CliRunner().invoke(main, ["print", "-o", str(path), "--paper", "a4"])
    assert result.exit_code == 0, result.output
    assert path.read_bytes().count(b"/MediaBox [0 0 841.890 595.276]") == len(PAGES)
    assert "every ruler must measure 100 mm" in result.output


def test_print_of_one_sheet_is_that_alone(tmp_path: Path) -> None:
    path = tmp_path / "board.pdf"
    result = CliRunner().invoke(main, ["print", "-o", str(path), "--only", "board"])
    assert result.exit_code == 0, result.output
    assert path.read_bytes().count(b"/MediaBox") == 1


def test_write_pages_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.pdf"):
        write_pages(tmp_path / "sheets.docx", [])
