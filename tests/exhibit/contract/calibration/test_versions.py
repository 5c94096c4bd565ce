from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from exhibit.contract.calibration import (
    Calibration,
    load_calibration,
    return_to,
    save_calibration,
)
from exhibit.contract.calibration import versions as versions_module
from exhibit.contract.calibration.versions import KEPT, versions
from exhibit.contract.errors import CalibrationError


def _saved(path: Path, *widths: float) -> None:
    for width in widths:
        save_calibration(path, Calibration(table_mm=(width, 297.0)))


def test_versions_of_a_calibration_are_what_it_said_before(tmp_path: Path) -> None:
    path = tmp_path / "calibration.yaml"
    assert versions(path) == []
    _saved(path, 300.0, 310.0, 320.0)
    kept = [load_calibration(version.file).table_mm[0] for version in versions(path)]
    assert kept == [310.0, 300.0]


def test_versions_keep_their_order_where_the_clock_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise those of today would be the oldest, and the first to go."""

    class YearsBack(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) - timedelta(days=4000)

    path = tmp_path / "calibration.yaml"
    _saved(path, 300.0, 310.0)
    monkeypatch.setattr(versions_module, "datetime", YearsBack)
    _saved(path, 320.0, 330.0)
    kept = [load_calibration(version.file).table_mm[0] for version in versions(path)]
    assert kept == [320.0, 310.0, 300.0]


def test_return_to_a_version_keeps_the_one_that_held(tmp_path: Path) -> None:
    path = tmp_path / "calibration.yaml"
    _saved(path, 300.0, 310.0)
    return_to(path, versions(path)[0])
    assert load_calibration(path).table_mm[0] == 300.0
    return_to(path, versions(path)[0])
    assert load_calibration(path).table_mm[0] == 310.0


def test_return_to_a_version_whose_picture_is_gone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calibration.yaml"
    _saved(path, 300.0)
    text = path.read_text()
    light = "light: {size_px: [640, 480], simulated: true, blank: {file: calibration-blank-1.png"
    path.write_text(f"{text}{light}, sha256: {'a' * 64}}}}}\n")
    _saved(path, 310.0)
    with pytest.raises(CalibrationError, match=r"calibration-blank-1\.png is gone"):
        return_to(path, versions(path)[0])
    assert load_calibration(path).table_mm[0] == 310.0


def test_versions_beyond_the_last_thirty_go_with_their_pictures(tmp_path: Path) -> None:
    path, picture = tmp_path / "calibration.yaml", tmp_path / "calibration-blank-1.png"
    other = tmp_path / "calibration-photograph.jpg"
    picture.touch()
    other.touch()
    path.write_text("# calibration-blank-1.png\nformat: 2\n")
    _saved(path, 300.0)
    assert picture.exists()
    _saved(path, *(float(width) for width in range(301, 301 + KEPT)))
    assert len(versions(path)) == KEPT
    assert not picture.exists()
    assert other.exists()
