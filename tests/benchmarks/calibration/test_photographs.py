from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner

from benchmarks.calibration.photographs import COLUMNS, ROWS, main
from exhibit.contract.geometry import homography, rectangle

_FOCAL, _AWAY = 600.0, 500.0


def _photograph(turn: float, place: tuple[float, float]) -> np.ndarray:
    """Return a chessboard that is tilted and lies somewhere in the frame."""
    across, down = COLUMNS + 1, ROWS + 1
    page = np.full((20 * (down + 2), 20 * (across + 2)), 230, np.uint8)
    for row in range(down):
        for column in range(across):
            if (row + column) % 2 == 0:
                page[20 * (row + 1) : 20 * (row + 2), 20 * (column + 1) : 20 * (column + 2)] = 20
    size = np.array(page.shape[::-1], np.float64)
    flat = np.column_stack([rectangle(*size) - size / 2, np.zeros(4)])
    turned, _ = cv2.Rodrigues(np.array([turn, 0.8 * turn, 0.1]))
    aside = (np.array(place) - (320, 240)) * _AWAY / _FOCAL
    points = flat @ turned.T + np.array([*aside, _AWAY])
    at = points[:, :2] / points[:, 2:] * _FOCAL + (320, 240)
    seen = homography(rectangle(*size), at)
    return cv2.warpPerspective(page, seen, (640, 480), flags=cv2.INTER_AREA, borderValue=120)


def test_photographs_give_the_step_and_opencv_side_by_side(tmp_path: Path) -> None:
    places = [(x, y) for y in (130, 240, 350) for x in (175, 320, 465)]
    for number, place in enumerate(places):
        picture = _photograph(0.5 if number % 2 else -0.5, place)
        cv2.imwrite(str(tmp_path / f"left{number:02}.jpg"), picture)
    (tmp_path / "left99.jpg").write_bytes(b"no picture")
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert (found["camera"], found["views"]) == ("left", 9)
    assert 0 < found["rms_px"] <= found["opencv_rms_px"] + 1e-3
    assert found["held_out_rms_px"] >= found["rms_px"]
