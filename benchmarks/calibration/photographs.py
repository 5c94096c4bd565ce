"""The camera step on other people's photographs: `python -m benchmarks.calibration.photographs`.

OpenCV's source package on PyPI ships thirteen pictures of a chessboard by each of two cameras, in
`opencv/samples/data` (left01.jpg to right14.jpg). Beside the step stands OpenCV's own calibration
of the same corners; every picture is also held out once, its corners foretold by the others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np

from calibration.boards import Board
from calibration.intrinsics import measure_lens
from calibration.papers import Paper
from calibration.sightings import Sighting
from exhibit.contract.calibration import CameraFormat, LensCalibration
from exhibit.contract.calibration.maps import lens_matrix
from exhibit.contract.geometry import Points

COLUMNS, ROWS = 9, 6
_FLAT = np.array([[x, y] for y in range(ROWS) for x in range(COLUMNS)], np.float64) * 25


@dataclass(frozen=True)
class Chessboard(Board):
    """A plain chessboard: its inner corners are all there is to see."""

    @property
    def corners_mm(self) -> Points:
        """(n, 2) mm of the corners, row by row."""
        return _FLAT


_BOARD = Chessboard(Paper("chessboard", 250.0, 175.0), 25.0, 0)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def main(folder: Path) -> None:
    """Calibrate the two cameras whose pictures lie in FOLDER."""
    cv2.setNumThreads(1)
    for side in ("left", "right"):
        views = [
            view
            for path in sorted(folder.glob(f"{side}*.jpg"))
            if (view := _view_of(path)) is not None
        ]
        if views:
            click.echo(json.dumps({"camera": side, **compare(views)}))


def compare(views: Sequence[Sighting]) -> dict[str, float | int]:
    """Return the errors of the camera step and of OpenCV on some views, in pixels."""
    lens = _lens_of(views)
    held_out = [
        _error_px(view, _lens_of([other for other in views if other is not view])) for view in views
    ]
    flat, seen = zip(*(_for_opencv(view) for view in views), strict=True)
    opencv, *_ = cv2.calibrateCamera(
        list(flat), list(seen), views[0].size_px, np.eye(3), np.zeros(5)
    )
    return {
        "views": len(views),
        "dropped": lens.views_dropped,
        "rms_px": lens.error_px,
        "opencv_rms_px": round(float(opencv), 4),
        "held_out_rms_px": round(float(np.sqrt(np.mean(np.square(held_out)))), 4),
        "focal_uncertainty_px": max(lens.focal_uncertainty_px),
    }


def _lens_of(views: Sequence[Sighting]) -> LensCalibration:
    seen_by = CameraFormat(name="photographs", fourcc="JPEG", size_px=views[0].size_px)
    return measure_lens(views, seen_by, mirrored=False)


def _view_of(path: Path) -> Sighting | None:
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        return None
    found, corners = cv2.findChessboardCorners(pixels, (COLUMNS, ROWS))
    if not found:
        return None
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-3)
    fine = cv2.cornerSubPix(pixels, corners, (5, 5), (-1, -1), stop)
    height, width = pixels.shape
    at = np.asarray(fine, np.float64).reshape(-1, 2) + 0.5
    return Sighting(_BOARD, np.arange(len(_FLAT)), at, (width, height))


def _for_opencv(view: Sighting) -> tuple[Points, Points]:
    flat = np.column_stack([view.corners_mm, np.zeros(len(view.ids))])
    return (
        np.asarray(flat, np.float32),  # type: ignore[return-value]
        (view.corners - 0.5).astype(np.float32).reshape(-1, 1, 2),
    )


def _error_px(view: Sighting, lens: LensCalibration) -> float:
    """Return how far off, as root mean square, a lens puts corners that it was made without."""
    flat, seen = _for_opencv(view)
    matrix = lens_matrix(lens) - np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
    bends = np.array(lens.distortion)
    _, turn, shift = cv2.solvePnP(flat, seen, matrix, bends)
    expected, _ = cv2.projectPoints(flat, turn, shift, matrix, bends)
    off = np.asarray(expected).reshape(-1, 2) - np.asarray(seen).reshape(-1, 2)
    return float(np.sqrt(np.square(off).sum(axis=1).mean()))


if __name__ == "__main__":
    main()
