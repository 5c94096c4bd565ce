"""A file for a printer has the true size of its paper, and opens."""

import re
import struct

import cv2
import numpy as np
import pytest

from exhibit.contract.printed import picture_pdf, with_density


def test_picture_pdf_fills_the_paper_with_the_picture() -> None:
    pdfium = pytest.importorskip("pypdfium2")
    pixels = np.full((40, 30, 3), 255, np.uint8)
    pixels[:20, :15] = (200, 30, 10)
    page = pdfium.PdfDocument(picture_pdf(pixels, (105.0, 148.0)))[0]
    assert page.get_size() == pytest.approx((105 / 25.4 * 72, 148 / 25.4 * 72), abs=0.01)
    shown = page.render(scale=1).to_numpy()[..., ::-1]
    height, width = shown.shape[:2]
    assert shown[height // 4, width // 4].tolist() == [200, 30, 10]
    assert shown[3 * height // 4, 3 * width // 4].tolist() == [255, 255, 255]


def test_picture_pdf_names_the_place_of_every_object() -> None:
    pdf = picture_pdf(np.zeros((2, 2, 3), np.uint8), (10.0, 10.0))
    start = re.search(rb"startxref\n(\d+)", pdf)
    assert start is not None
    assert pdf[int(start[1]) :].startswith(b"xref\n0 6")
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n", pdf), start=1):
        assert pdf[int(offset) :].startswith(b"%d 0 obj" % number)


def test_with_density_is_still_a_png_and_says_its_size() -> None:
    _, encoded = cv2.imencode(".png", np.full((120, 240), 7, np.uint8))
    png = with_density(encoded.tobytes(), 12)
    at = png.index(b"pHYs")
    assert struct.unpack(">IIB", png[at + 4 : at + 13]) == (12000, 12000, 1)
    assert (cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED) == 7).all()
