import re
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.printed_sheet import SHEETS, mark_corners
from calibration.printing import pdf_of, png_of, render, write_sheet
from calibration.rectify import find_sheet
from exhibit.contract.errors import InputError

A4 = SHEETS["a4"]


@pytest.mark.parametrize("name", list(SHEETS))
def test_sheet_printed_is_found_with_its_marks_in_place(name: str) -> None:
    sheet = SHEETS[name]
    sighting = find_sheet(np.asarray(cv2.GaussianBlur(render(sheet, 4), (0, 0), 1)))
    assert sighting is not None
    assert sighting.sheet is sheet
    expected = np.concatenate(list(mark_corners(sheet).values()))
    assert np.abs(sighting.corners / 4 - expected).max() < 0.2


def test_pdf_has_the_papers_true_size_and_a_sound_table_of_objects() -> None:
    pdf = pdf_of(A4)
    assert b"/MediaBox [0 0 841.890 595.276]" in pdf
    start = int(re.search(rb"startxref\n(\d+)", pdf)[1])  # type: ignore[index]
    assert pdf[start : start + 4] == b"xref"
    offsets = [int(o) for o in re.findall(rb"(\d{10}) 00000 n", pdf)]
    for number, offset in enumerate(offsets, start=1):
        assert pdf[offset:].startswith(b"%d 0 obj" % number)


def test_png_knows_its_density() -> None:
    png = png_of(A4)
    at = png.index(b"pHYs")
    per_metre = struct.unpack(">II", png[at + 4 : at + 12])
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels.shape[1] / per_metre[0] == pytest.approx(0.297, abs=1e-4)


def test_write_sheet_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.pdf or \.png"):
        write_sheet(tmp_path / "marks.docx", A4)
