"""What is projected while the projector is measured, in pixels of the upright stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from exhibit.contract.geometry import Points, project, rectangle, translation
from exhibit.contract.printed import Rectangle
from exhibit.contract.values import Gray
from exhibit.contract.views import ProjectorView

_WHITE, _LINE, _FAINT = 235, 20, 170
_ARM_PX, _RING_PX, _SMALL_ARM_PX = 90, 36, 28
_SIXTEENTHS = 4  # bits
_CELL_SHARE, _MARKER_SHARE = 1 / 10, 0.7
_DICTIONARY = cv2.aruco.DICT_4X4_250
_QUIET_CELLS = 0.5
_UNIT_SHARE = 0.03


def crosshair(stage_px: tuple[int, int], at: Points, number: int, glyph_at: Points) -> Gray:
    """Return a white stage with one cross, its number, and an F that shows every flip and turn.

    Args:
        stage_px: width and height.
        at: (2,) pixels of the cross.
        number: of the cross, counted from 1.
        glyph_at: (2,) pixels of the F's upper left corner.
    """
    stage = _white(stage_px)
    _cross(stage, at, _ARM_PX, _LINE)
    _ring(stage, at, _RING_PX, _LINE)
    unit = _UNIT_SHARE * stage_px[1]
    for x, y, w, h in ((0, 0, 1, 5), (1, 0, 2, 1), (1, 2, 1, 1)):
        corners = glyph_at + unit * (rectangle(w, h) + np.array([x, y]))
        _fill(stage, corners, _FAINT)
    _write(stage, at + np.array([_RING_PX + 12.0, -_RING_PX - 4.0]), str(number))
    return stage


def nine_crosses(
    stage_px: tuple[int, int],
    points: Points,
    selected: int,
    view: ProjectorView | None,
    shapes: Sequence[Rectangle] = (),
) -> Gray:
    """Return a white stage with nine crosses, the selected one ringed, and what is printed.

    Args:
        stage_px: width and height.
        points: (9, 2) pixels of the crosses.
        selected: which of them is moved.
        view: the map they make; None while they make none.
        shapes: rectangles in mm on the table, faint, to be seen beside the printed ones.
    """
    stage = _white(stage_px)
    if view is not None:
        for x, y, w, h in shapes:
            corners = project(translation(x, y), rectangle(w, h))
            _fill(stage, view.to_stage(corners), _FAINT)
        outline = _bent_outline(view)
        points_16 = _fixed(outline)
        cv2.polylines(stage, [points_16], True, _LINE, 1, cv2.LINE_AA, _SIXTEENTHS)
    for number, at in enumerate(points):
        _cross(stage, at, _SMALL_ARM_PX, _LINE)
        _write(stage, at + np.array([8.0, -8.0]), str(number + 1))
    _ring(stage, points[selected], _RING_PX, _LINE)
    return stage


def projected_board(
    stage_px: tuple[int, int],
) -> tuple[Gray, Callable[[Gray], tuple[Points, Points]]]:
    """Return a projected ChArUco board, and what finds it in frames.

    Returns:
        The stage, and a function from a frame (H, W) uint8, turned to the visitor's side, to (n, 2)
        pixels of the stage and (n, 2) pixels of the frame, both continuous.
    """
    width, height = stage_px
    cell = round(_CELL_SHARE * height)
    columns, rows = int(width / cell - 2 * _QUIET_CELLS), int(height / cell - 2 * _QUIET_CELLS)
    markers = cv2.aruco.getPredefinedDictionary(_DICTIONARY)
    board = cv2.aruco.CharucoBoard((columns, rows), cell, _MARKER_SHARE * cell, markers)
    printed = np.asarray(board.generateImage((columns * cell, rows * cell)), np.uint8)
    stage = np.full((height, width), 255, np.uint8)
    left, top = (width - columns * cell) // 2, (height - rows * cell) // 2
    stage[top : top + rows * cell, left : left + columns * cell] = printed
    detector = cv2.aruco.CharucoDetector(board)
    corners = np.asarray(board.getChessboardCorners(), np.float64)[:, :2] + np.array([left, top])

    def find(turned: Gray) -> tuple[Points, Points]:
        seen, ids, _, _ = detector.detectBoard(turned)
        if ids is None:
            return np.empty((0, 2)), np.empty((0, 2))
        # OpenCV counts from the middle of the first pixel, our frames from its corner.
        at = np.asarray(seen, np.float64).reshape(-1, 2) + 0.5
        return np.asarray(corners[np.ravel(ids)], np.float64), at

    return stage, find


def hang(stage: Gray, mirror: bool, rotate: int) -> Gray:
    """Return an upright stage as the window needs it: mirror first, then turn clockwise."""
    flipped = stage[:, ::-1] if mirror else stage
    return np.ascontiguousarray(np.rot90(flipped, -(rotate // 90)))


def _bent_outline(view: ProjectorView) -> Points:
    corners = rectangle(*view.table_mm)
    shares = np.linspace(0, 1, 9)[:, None]
    sides = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    return view.to_stage(np.concatenate([a + shares * (b - a) for a, b in sides]))


def _white(stage_px: tuple[int, int]) -> Gray:
    return np.full((stage_px[1], stage_px[0]), _WHITE, np.uint8)


def _fixed(points: Points) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.asarray(np.rint((points - 0.5) * 2**_SIXTEENTHS), np.int32)


def _cross(stage: Gray, at: Points, arm_px: int, grey: int) -> None:
    for arm in ((arm_px, 0), (0, arm_px)):
        start, end = _fixed(np.array([at - arm, at + arm]))
        cv2.line(stage, _pair(start), _pair(end), grey, 2, cv2.LINE_AA, _SIXTEENTHS)


def _ring(stage: Gray, at: Points, radius_px: int, grey: int) -> None:
    middle = _pair(_fixed(at))
    cv2.circle(stage, middle, radius_px << _SIXTEENTHS, grey, 2, cv2.LINE_AA, _SIXTEENTHS)


def _fill(stage: Gray, corners: Points, grey: int) -> None:
    cv2.fillPoly(stage, [_fixed(corners)], grey, cv2.LINE_AA, _SIXTEENTHS)


def _write(stage: Gray, at: Points, text: str) -> None:
    x, y = np.rint(at).astype(int)
    cv2.putText(stage, text, (int(x), int(y)), cv2.FONT_HERSHEY_SIMPLEX, 0.9, _LINE, 2, cv2.LINE_AA)


def _pair(point: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> tuple[int, int]:
    return int(point[0]), int(point[1])
