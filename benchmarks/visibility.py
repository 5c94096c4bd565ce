"""What could have been seen of true ink, and when: for delays, flicker and ink under hands."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Floats, Frame, Gray, Ink
from exhibit.ink.rectify import square_from_outline

_MOVED_PX = 0.3
_GRACE_MS = 300.0
_QUIET_S = 1.0
_SAMPLE = 17
_MIDDLE = 0.7


class Visibility:
    """Follows one sequence; a sheet that moves starts everything anew."""

    def __init__(self, config: InkConfig, shake_px: float = 0.0) -> None:
        """Begin.

        Args:
            config: the settings of the ink; delays are those of the ink that is answered.
            shake_px: how far the camera trembles both ways; that is no movement of the sheet.
        """
        self._settle_ms, self._shake_px = config.settle_ms, shake_px
        self._answer = config.answer
        self._start: Floats | None = None
        self._sheet: Floats | None = None
        self._now_s = 0.0
        self._seen_ms: NDArray[np.float32] | None = None
        self._gone_ms: NDArray[np.float32] | None = None
        self._waiting: NDArray[np.bool_] | None = None
        self._truth: NDArray[np.bool_] | None = None
        self._settled: NDArray[np.uint8] | None = None
        self._quiet_since = 0.0
        self._rested_frames = 0
        self.delays_ms: list[float] = []
        self.flicker: list[float] = []

    @property
    def resting(self) -> bool:
        """Whether the sheet has been lying still for a moment."""
        return self._rested_frames >= 10

    def note(self, frame: Frame, ink: Ink) -> None:
        """Take one frame and what was found in it into account."""
        truth = frame.truth
        assert truth is not None
        elapsed_ms = 1000.0 * (frame.captured_at - self._now_s)
        self._now_s = frame.captured_at
        drawn = truth.ink < 128
        moved = truth.sheet is None or self._sheet is None or self._start is None
        if truth.sheet is not None and self._sheet is not None and self._start is not None:
            before = self._start if self._shake_px else self._sheet
            moved = bool(np.abs(truth.sheet - before).max() > _MOVED_PX + 2.0 * self._shake_px)
        self._sheet = truth.sheet
        if moved or self._start is None:
            self._start = truth.sheet
        drawn, hidden = (self._steady(mask) for mask in (drawn, truth.hand))
        if moved or self._seen_ms is None:
            self._seen_ms = np.zeros(drawn.shape, np.float32)
            self._gone_ms = np.full(drawn.shape, np.inf, np.float32)
            self._waiting = np.zeros(drawn.shape, bool)
            self._truth, self._settled, self._rested_frames = drawn, None, 0
            self._quiet_since = frame.captured_at
            return
        self._rested_frames += 1
        self._note_gone(drawn, hidden, elapsed_ms)
        self._note_delays(ink, drawn, hidden, elapsed_ms)
        self._note_flicker(ink, drawn, bool(hidden.any()))

    def _note_gone(
        self, drawn: NDArray[np.bool_], hidden: NDArray[np.bool_], elapsed_ms: float
    ) -> None:
        assert self._gone_ms is not None
        self._gone_ms[drawn] = 0.0
        self._gone_ms[~drawn & ~hidden] += elapsed_ms

    def with_erased(self, ink: Gray) -> Gray:
        """Return true ink (H, W) uint8, 0 ink, and what was ink and cannot be known to be none yet.

        What a rubber takes away is covered by it, and stays ink until it has been seen to be gone
        for as long as ink must be.
        """
        if self._gone_ms is None:
            return ink
        return np.where(self._gone_ms <= self._settle_ms + _GRACE_MS, np.uint8(0), ink)

    def _note_delays(
        self,
        ink: Ink,
        drawn: NDArray[np.bool_],
        hidden: NDArray[np.bool_],
        elapsed_ms: float,
    ) -> None:
        assert self._seen_ms is not None and self._waiting is not None
        assert self._truth is not None and self._start is not None
        known = self._truth
        if self._shake_px:
            # What moves by parts of a pixel changes along its edges.
            known = cv2.dilate(known.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        fresh = drawn & ~known
        # A sparse sample of new ink is enough, and quick to follow; the middle of broad strokes,
        # because that is where their line is drawn.
        chosen = np.flatnonzero(fresh & _middles(drawn))[::_SAMPLE]
        self._waiting.ravel()[chosen] = True
        self._seen_ms[drawn & ~hidden] += elapsed_ms
        self._seen_ms[self._waiting & hidden] = 0.0
        if ink.sheet is None or not self._waiting.any():
            return
        rows, columns = np.nonzero(self._waiting)
        side = ink.settled.shape[0]
        points = np.stack([columns, rows], axis=1).astype(np.float64)[None]
        outline = _in_order_of(ink.sheet, self._start) if self._shake_px else ink.sheet
        to_square = square_from_outline(outline, mirrored=True)
        mapped = cv2.perspectiveTransform(points, to_square)[0]
        x, y = np.clip((mapped * side).astype(int), 0, side - 1).T
        lines, mass = ink.settled, ink.mass
        if self._answer == "live":
            lines, mass = ink.live, ink.live_mass
        near = cv2.erode(np.minimum(lines, mass), np.ones((3, 3), np.uint8))
        arrived = near[y, x] < 128
        self.delays_ms += self._seen_ms[rows[arrived], columns[arrived]].tolist()
        self._waiting[rows[arrived], columns[arrived]] = False

    def _note_flicker(self, ink: Ink, drawn: NDArray[np.bool_], hands: bool) -> None:
        """Compare settled ink from frame to frame while nothing new can be seen."""
        assert self._truth is not None
        settle_s = 0.001 * (self._settle_ms + _GRACE_MS)
        if hands or (drawn != self._truth).any():
            self._quiet_since = self._now_s
        self._truth = drawn
        quiet = self._now_s - self._quiet_since > _QUIET_S + settle_s and not ink.hand.any()
        if quiet and self._settled is not None:
            pixels = max(1, int((ink.settled < 128).sum()))
            self.flicker.append(float((ink.settled != self._settled).sum()) / pixels)
        self._settled = ink.settled if quiet else None

    def _steady(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Move a mask (H, W) of a camera that shakes to where the sheet was at the start."""
        if not self._shake_px or self._sheet is None or self._start is None:
            return mask
        x, y = (self._start - self._sheet).mean(axis=0)
        matrix = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
        size = (mask.shape[1], mask.shape[0])
        return np.asarray(cv2.warpAffine(255 * mask.astype(np.uint8), matrix, size)) > 127

    def lost_under_hands(self, frame: Frame, ink: Ink) -> tuple[int, int]:
        """Return how many pixels of ink that had been seen are missing under hands, and of all."""
        assert frame.truth is not None
        if self._seen_ms is None:
            return 0, 0
        ready = self._seen_ms > self._settle_ms + _GRACE_MS
        hidden = self._steady((frame.truth.ink < 128) & frame.truth.hand) & ready
        found = cv2.dilate((ink.mask < 128).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        found = self._steady(found)
        return int(np.count_nonzero(hidden & ~found)), int(np.count_nonzero(hidden))


def _in_order_of(outline: Floats, corners: Floats) -> Floats:
    """Return true corners (4, 2), which are in the sheet's own order, in that of an outline."""
    away = np.linalg.norm(outline[:, None] - corners[None], axis=2)
    return np.asarray(corners[away.argmin(axis=1)], np.float32)


def _middles(drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where ink (H, W) is as far from its border as anywhere nearby, or almost."""
    away = cv2.distanceTransform(drawn.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    return np.asarray(away >= _MIDDLE * cv2.dilate(away, np.ones((15, 15), np.uint8)))
