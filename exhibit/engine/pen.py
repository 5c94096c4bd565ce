"""The pen, known by the ink that it leaves: how fast it is, where, and how dark its line.

Looked at in the frame's own pixels: the planes of live ink are drawn anew five times a second, and
a stroke is heard in every frame.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.geometry import Matrix, project
from exhibit.contract.values import Floats, Frame, Gray, Ink

FULL_SPEED = 0.5
"""Sheet widths a second that are a fast pen, as in `exhibit.editing.modulation`."""
_FASTEST = 8.0
"""Ink that appears faster was uncovered or laid down, not drawn: in sheet widths a second."""
_WINDOW_S = 0.1
_PIECE_PX, _AROUND = 6, (5, 5)
"""So many pixels that appear within a window of five by five are a piece of a stroke, no noise."""
_NEXT, _BESIDE = np.ones((3, 3), np.uint8), 4
_STILL_PX, _TREMBLES_PX = 0.1, 9.0
_FULL_CONTRAST = 0.6
"""Soft graphite, pressed hard, is this much darker than its paper."""


@dataclass(frozen=True, slots=True)
class Pen:
    """What the pen did of late.

    Args:
        speed: 0 at rest, 1 fast.
        pan: where it is, −1 left, 1 right of the visitor's sheet.
        darkness: of its line, 0 faint, 1 black.
    """

    speed: float
    pan: float
    darkness: float


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    at: float
    mask: Gray
    outline: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Stroke:
    """Ink that appeared: its length in sheet widths, and (h, w) uint8, 1 there, in a box."""

    length: float
    box: tuple[slice, slice]
    new: Gray


class PenWatch:
    """Follows the pen from frame to frame.

    Args:
        to_visitor: (3, 3) from frame pixels, the middle of the first (0.5, 0.5), to where the
            visitor sees things, in any unit.
    """

    def __init__(self, to_visitor: Matrix) -> None:
        self._to_visitor = to_visitor
        self._seen: deque[_Seen] = deque()

    def see(self, frame: Frame, ink: Ink) -> Pen | None:
        """Return what the pen did in the last tenth of a second, None where none was seen."""
        if ink.sheet_state != "resting":
            self._seen.clear()
            return None
        now = _Seen(ink.captured_at, ink.mask, _outline(ink))
        while len(self._seen) > 1 and now.at - self._seen[1].at >= _WINDOW_S:
            self._seen.popleft()
        if self._seen and (not _is_near(self._seen[-1], now) or _is_sudden(self._seen[-1], now)):
            self._seen.clear()
        before = self._seen[0] if self._seen else None
        self._seen.append(now)
        stroke = None if before is None else _appeared(before, now)
        return None if before is None or stroke is None else self._pen(stroke, before, now, frame)

    def _pen(self, stroke: _Stroke, before: _Seen, now: _Seen, frame: Frame) -> Pen:
        (y, x), new = (part.start for part in stroke.box), stroke.new
        rows, columns = np.nonzero(new)
        middle = np.array([[x + columns.mean() + 0.5, y + rows.mean() + 0.5]])
        across = project(self._to_visitor, np.concatenate([middle, now.outline + 0.5]))[:, 0]
        left, right = across[1:].min(), across[1:].max()
        pan = 2.0 * float((across[0] - left) / max(right - left, 1e-6)) - 1.0
        speed = stroke.length / max(now.at - before.at, 1e-3)
        darkness = _darkness(frame.pixels, stroke.box, new)
        return Pen(min(speed / FULL_SPEED, 1.0), min(max(pan, -1.0), 1.0), darkness)


def _appeared(before: _Seen, now: _Seen) -> _Stroke | None:
    """Return the ink that was not there before, None where that is no more than noise."""
    appeared = np.asarray(cv2.subtract(_brought(before, now), now.mask), np.uint8)
    x, y, width, height = cv2.boundingRect(appeared)
    if width == 0:
        return None
    box = np.s_[y : y + height, x : x + width]
    new = np.asarray(appeared[box] >> 7, np.uint8)
    border = cv2.BORDER_CONSTANT
    new[cv2.boxFilter(new, -1, _AROUND, normalize=False, borderType=border) < _PIECE_PX] = 0
    area_px = cv2.countNonZero(new)
    if area_px == 0:
        return None
    side_px = float(np.linalg.norm(np.roll(now.outline, -1, 0) - now.outline, axis=1).max())
    return _Stroke(area_px / (_line_px(now.mask, box) * side_px), box, new)


def _is_sudden(before: _Seen, now: _Seen) -> bool:
    """Return whether more ink has come since the frame before than any pen draws."""
    stroke = _appeared(before, now)
    return stroke is not None and stroke.length > _FASTEST * max(now.at - before.at, 1e-3)


def _outline(ink: Ink) -> Floats:
    """Return the corners (4, 2) of the sheet, or of the frame where that is the sheet."""
    if ink.sheet is not None:
        return ink.sheet
    height, width = ink.mask.shape
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5


def _is_near(before: _Seen, now: _Seen) -> bool:
    """Return whether the sheet lies where it lay, but for a camera that trembles."""
    if before.mask.shape != now.mask.shape:
        return False
    return bool(np.abs(now.outline - before.outline).max() < _TREMBLES_PX)


def _brought(before: _Seen, now: _Seen) -> Gray:
    """Return the mask (H, W) of before as it lies now."""
    moved = now.outline - before.outline
    if np.abs(moved).max() < _STILL_PX:
        return before.mask
    height, width = before.mask.shape
    to_now = cv2.getPerspectiveTransform(before.outline, now.outline)
    lies = cv2.warpPerspective(
        before.mask, to_now, (width, height), flags=cv2.INTER_NEAREST, borderValue=(255.0,) * 4
    )
    # Lines that lie up to a pixel elsewhere than they were brought to are not new.
    return np.asarray(cv2.erode(lies, _NEXT), np.uint8)


def _line_px(mask: Gray, box: tuple[slice, slice]) -> float:
    """Return how wide lines are in and around a box of the mask (H, W) uint8, 0 ink."""
    rows, columns = (slice(max(part.start - _BESIDE, 0), part.stop + _BESIDE) for part in box)
    ink = np.asarray(255 - mask[rows, columns], np.uint8)
    area = cv2.countNonZero(ink)
    outline = area - cv2.countNonZero(cv2.erode(ink, _NEXT))
    return 2.0 * area / max(outline, 1)


def _darkness(pixels: Gray, box: tuple[slice, slice], new: Gray) -> float:
    """Return how much darker than its paper the newest ink is, 0..1."""
    paper = float(np.median(pixels[::8, ::8]))
    if paper <= 0:
        return 0.0
    contrast = 1.0 - float(pixels[box][new > 0].mean()) / paper
    return min(max(contrast / _FULL_CONTRAST, 0.0), 1.0)
