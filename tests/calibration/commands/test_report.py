from pathlib import Path

import pytest
from click.testing import CliRunner

from calibration.cli import main
from exhibit.contract.calibration import Calibration, ProjectorCalibration, save_calibration

PROJECTOR = ProjectorCalibration(
    size_px=(640, 400),
    mirror=True,
    rotate=0,
    table_to_projector=((1.5, 0.0, 0.0), (0.0, 1.5, 0.0), (0.0, 0.0, 1.0)),
)


def test_report_compares_with_the_version_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "calibration.yaml"
    save_calibration(file, Calibration(table_mm=(297.0, 210.0)))
    save_calibration(file, Calibration(projector=PROJECTOR))
    (tmp_path / "config.yaml").write_text("calibration: calibration.yaml\n")
    ended = CliRunner().invoke(main, ["report", "-o", "page.html"])
    assert ended.exit_code == 0, ended.output
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<th>before</th>" in page
    assert "297 × 210 mm" in page


def test_report_before_anything_was_measured_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(main, ["report"])
    assert ended.exit_code == 2
    assert "nothing was measured yet" in ended.output


def test_report_by_its_name_is_a_pdf_or_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_calibration(tmp_path / "calibration.yaml", Calibration(projector=PROJECTOR))
    ended = CliRunner().invoke(main, ["report", "-o", "page.pdf"])
    assert ended.exit_code == 0, ended.output
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
    refused = CliRunner().invoke(main, ["report", "-o", "page.docx"])
    assert refused.exit_code == 2
    assert "page.docx: expected a name that ends in .html or .pdf" in refused.output
