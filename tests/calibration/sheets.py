"""Frames of printed sheets on a table that is known exactly, quick to make."""

from __future__ import annotations

import cv2
import numpy as np

from calibration.papers import PAPERS, Paper
from calibration.printing import render
from exhibit.contract.border_marks import IDS, MARK_MM, QUIET_MM
from exhibit.contract.calibration import CameraFormat
from exhibit.contract.geometry import Matrix, Points, homography, project, rectangle
from exhibit.contract.lens import Lens
from exhibit.contract.printed import Page
from exhibit.contract.values import Gray

SIZE = (640, 480)
SEEN_BY = CameraFormat(name="/dev/a-camera", fourcc="MJPG", size_px=SIZE)
A4, A3 = PAPERS["a4"], PAPERS["a3"]
ON_FRAME = np.array([[75, 78], [560, 62], [572, 412], [66, 400]], np.float64)
BARREL = Lens(np.array([[600.0, 0, 322], [0, 600, 238], [0, 0, 1]]), (-0.2, 0.05, 0.0, 0.0, 0.0))
_PX_PER_MM, _FINE = 4, 2
_BARE = 90


def table_to_frame(paper: Paper) -> Matrix:
    """Return the map from the mm of a paper to pixels of a turned frame without a lens."""
    return homography(rectangle(*paper.size_mm), ON_FRAME)


def seen(
    *pages: tuple[Page, Matrix], lens: Lens | None = None, noise: float = 2.0, seed: int = 1
) -> Gray:
    """Return a turned frame of pages on a bare table, later ones on top.

    Args:
        pages: each with its map from mm to pixels of a frame without a lens.
        lens: bends the frame.
        noise: of the sensor, in grey levels.
        seed: of the noise.
    """
    width, height = SIZE[0] * _FINE, SIZE[1] * _FINE
    frame = np.full((height, width), _BARE, np.uint8)
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    fine = np.diag([_FINE, _FINE, 1.0])
    for page, to_frame in pages:
        pixels = 20 + (render(page, _PX_PER_MM) // 255) * np.uint8(160)
        to_mm = np.diag([1 / _PX_PER_MM, 1 / _PX_PER_MM, 1.0])
        matrix = half @ fine @ to_frame @ to_mm @ np.linalg.inv(half)
        cv2.warpPerspective(
            pixels, matrix, (width, height), frame, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT
        )
    if lens is not None:
        frame = _bent(frame, lens)
    small = cv2.GaussianBlur(cv2.resize(frame, SIZE, interpolation=cv2.INTER_AREA), (0, 0), 0.7)
    grain = np.random.default_rng(seed).normal(0, noise, small.shape)
    return np.asarray(np.clip(small + grain, 0, 255), np.uint8)


def border_mark(number: int) -> Page:
    """Return one border mark, cut out."""
    from calibration.markers import mark_dictionary, marker_shapes

    side = MARK_MM + 2 * QUIET_MM
    shapes = marker_shapes(mark_dictionary(), number, (QUIET_MM, QUIET_MM), MARK_MM)
    return Page(side, side, shapes, [])


def border_marks_around(
    paper: Paper, to_frame: Matrix, numbers: tuple[int, ...] = IDS, scale: float = 1.0
) -> list[tuple[Page, Matrix]]:
    """Return the border marks beside the corners of a paper."""
    return [
        (border_mark(number), to_frame @ np.array([[scale, 0, x], [0, scale, y], [0, 0, 1]]))
        for number, (x, y) in zip(IDS, mark_corners_mm(paper), strict=True)
        if number in numbers
    ]


def mark_corners_mm(paper: Paper) -> Points:
    """Return (4, 2) mm, the upper left corners of what was cut out, white included."""
    side = MARK_MM + 2 * QUIET_MM
    around = rectangle(paper.width_mm, paper.height_mm)
    out = np.array([[-1.0, -1.0], [0, -1], [0, 0], [-1, 0]]) * side
    return np.asarray(around + out + np.array([[8, -2], [-8, -2], [-8, 2], [8, 2]]))


def _bent(frame: Gray, lens: Lens) -> Gray:
    height, width = frame.shape
    y, x = np.mgrid[0:height, 0:width]
    pixels = (np.column_stack([x.ravel(), y.ravel()]) + 0.5) / _FINE
    straight = lens.straighten(pixels) * _FINE - 0.5
    at = straight.astype(np.float32).reshape(height, width, 2)
    return np.asarray(
        cv2.remap(frame, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def off_mm(to_table: Matrix, to_frame: Matrix, paper: Paper) -> float:
    """Return the largest error in mm of a map of frames without a lens, anywhere on a paper."""
    xs, ys = np.linspace(0, paper.width_mm, 9), np.linspace(0, paper.height_mm, 7)
    grid = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    return float(np.linalg.norm(project(to_table, project(to_frame, grid)) - grid, axis=1).max())
