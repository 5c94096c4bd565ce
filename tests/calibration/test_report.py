from datetime import UTC, datetime
from xml.etree import ElementTree

from calibration.report import report_html
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
    page = drawn(report_html(calibrated(0.25), None))
    lines = page.findall(".//line")
    assert len(lines) == 4
    assert float(lines[0].attrib["x2"]) - float(lines[0].attrib["x1"]) == 10
    assert "held out, mean" in "".join(page.itertext())


def test_report_stands_before_beside_after() -> None:
    page = drawn(report_html(calibrated(0.25), calibrated(0.75)))
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in page.findall(".//tr")}
    assert rows["projector: held out, largest"] == ["0.25 mm", "0.75 mm"]
    assert len(page.findall(".//line")) == 8


def test_report_shows_zones_and_pens() -> None:
    page = drawn(report_html(calibrated(0.25), None))
    assert [text.text for text in page.findall(".//text")] == ["100 %", "90 %", "40 %", "80 %"]
    assert "FAIL" in "".join(page.itertext())


def test_report_of_nothing_measured_is_a_page() -> None:
    page = drawn(report_html(Calibration(), None))
    assert page.findall(".//line") == []
    assert "Not measured" in "".join(page.itertext())
