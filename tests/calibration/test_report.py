from datetime import UTC, datetime
from xml.etree import ElementTree

import numpy as np
import pytest

from calibration.intrinsics import measure_lens
from calibration.report import report_of
from calibration.report_html import report_html
from calibration.report_pdf import report_pdf
from exhibit.contract.calibration import (
    Calibration,
    CameraCalibration,
    LightCalibration,
    Made,
    PenReading,
    PensCalibration,
    PictureFile,
    ProjectorCalibration,
    Residual,
)
from tests.calibration.sheets import SEEN_BY
from tests.calibration.test_intrinsics import views_of_everything

MADE = Made(at=datetime(2026, 3, 4, 10, 30, tzinfo=UTC), opencv="5.0.0")
ROWS = ((1.5, 0.0, 10.0), (0.0, 1.5, 10.0), (0.0, 0.0, 1.0))


def calibrated(error_mm: float) -> Calibration:
    residuals = (
        Residual(at_mm=(50, 60), off_mm=(error_mm, 0)),
        Residual(at_mm=(300, 200), off_mm=(0, 0.1), held_out=True),
    )
    return Calibration(
        camera=CameraCalibration(
            size_px=(640, 480), mirrored=True, error_mm=error_mm, camera_to_table=ROWS,
            residuals=residuals, made=MADE,
        ),
        projector=ProjectorCalibration(
            size_px=(640, 480), mirror=True, rotate=0, table_to_projector=ROWS, method="disc",
            error_mean_mm=error_mm / 2, error_max_mm=error_mm, residuals=residuals, made=MADE,
        ),
        light=LightCalibration(
            size_px=(640, 480), simulated=False, paper_share=0.71, zones=((1.0, 0.9), (0.4, 0.8)),
            blank=PictureFile(file="blank.png", sha256="0" * 64),
        ),
        pens=PensCalibration(
            made=MADE,
            readings=(
                PenReading(box=1, contrast=0.5, contrast_to_noise=40, passed=True),
                PenReading(box=2, contrast=0.1, contrast_to_noise=3, passed=False),
            ),
        ),
    )  # fmt: skip


def drawn(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(
        html.replace("<!doctype html>", "")
        .replace('<meta charset="utf-8">', "")
        .replace('<meta name="viewport" content="width=device-width">', "")
    )


def test_report_draws_every_residual_as_an_arrow_as_long_as_its_error() -> None:
    page = drawn(report_html(report_of(calibrated(0.25), None)))
    lines = page.findall(".//line")
    assert len(lines) == 4
    assert float(lines[0].attrib["x2"]) - float(lines[0].attrib["x1"]) == 10
    assert "held out, mean" in "".join(page.itertext())


def test_report_stands_before_beside_after() -> None:
    page = drawn(report_html(report_of(calibrated(0.25), calibrated(0.75))))
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in page.findall(".//tr")}
    assert rows["projector: held out, largest"] == ["0.25 mm", "0.75 mm"]
    assert len(page.findall(".//line")) == 8


def test_report_shows_zones_and_pens() -> None:
    page = drawn(report_html(report_of(calibrated(0.25), None)))
    assert [text.text for text in page.findall(".//text")] == ["100 %", "90 %", "40 %", "80 %"]
    assert "FAIL" in "".join(page.itertext())


def test_report_of_nothing_measured_is_a_page() -> None:
    page = drawn(report_html(report_of(Calibration(), None)))
    assert page.findall(".//line") == []
    assert "Not measured" in "".join(page.itertext())


def written(pdf: bytes) -> list[str]:
    pdfium = pytest.importorskip("pypdfium2")
    return [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(pdf)]


def test_report_pdf_says_what_the_page_says() -> None:
    pdf = report_pdf(report_of(calibrated(0.25), calibrated(0.75)))
    text = " ".join("\n".join(written(pdf)).split())
    for said in ("projector: held out, largest 0.25 mm 0.75 mm", "0.75 mm, drawn 40 times as long",
                 "90 %", "2: 0.10, 3 FAIL", "2026-03-04 10:30 UTC, OpenCV 5.0.0"):  # fmt: skip
        assert said in text


def test_report_pdf_of_nothing_measured_is_one_page() -> None:
    (page,) = written(report_pdf(report_of(Calibration(), None)))
    assert page.count("Not measured") == 2


def test_report_pdf_draws_arrows_in_colour() -> None:
    pdfium = pytest.importorskip("pypdfium2")
    document = pdfium.PdfDocument(report_pdf(report_of(calibrated(0.25), None)))
    shown = np.concatenate([page.render(scale=2).to_numpy()[..., :3] for page in document])
    blue, _, red = np.moveaxis(shown.astype(int), -1, 0)
    assert (red - blue > 80).sum() > 20
    assert (blue - red > 60).sum() > 20


def test_report_shows_where_the_lens_was_looked_at() -> None:
    lens = measure_lens(views_of_everything(), SEEN_BY, mirrored=False)
    report = report_of(Calibration(lens=lens), None)
    assert report.coverage is not None
    cells = [int(words) for row in report.coverage.cells for words, _ in row]
    assert (len(cells), min(cells) > 0) == (12, True)
    assert "Where the lens was looked at" in report_html(report)
