"""A sheet before an ordinary webcam: on a desk under a lamp, or held up to a laptop.

What calibration saw of the light is not used here. It holds for paper that lies where the blank
sheet lay; this sheet is held anywhere, and the light of the room falls on it differently each time.
A frame without the lamp is a picture of the room, and taking it away would draw the room onto the
sheet. Contrast is taken against the paper nearby, which needs neither.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Floats, Frame, Gray, Ink, InkEvent
from exhibit.ink import field
from exhibit.ink.extractor import TableExtractor
from exhibit.ink.images import as_gray, perspective
from exhibit.ink.planes import blank_planes
from exhibit.ink.rectify import View, outline_of_frame
from exhibit.ink.tracker import Pose, SheetTracker

_LONGER_SIDE_PX = 640
_CALM = 0.5
"""Weight of the newest outline: a sheet in a hand trembles, and so do its corners."""
_JUMP_PX = 6.0
_STANDS_PX = 0.7
"""An outline that seems to move by less has not moved: the sensor's noise must not move the ink."""


class _WholeView:
    """Says that the sheet fills the view and rests: it was straightened before."""

    ever_seen = True

    def __init__(self) -> None:
        self._arrived = False

    def step(self, pixels: Gray, level: Gray, bare: Floats | None, now_s: float) -> Pose:
        """Return the view's own outline."""
        arrived, self._arrived = not self._arrived, True
        whole = outline_of_frame((pixels.shape[0], pixels.shape[1]))
        return Pose(whole, resting=True, arrived=arrived)


class DeskExtractor:
    """Straightens the sheet in every frame and reads the straightened one like a table's."""

    def __init__(
        self, config: InkConfig, ink_size: int, stroke_width_px: float, mirrored: bool
    ) -> None:
        self._config = config
        self._ink_size, self._stroke_width_px = ink_size, stroke_width_px
        self._view = View(mirrored, None)
        self._blank = blank_planes(ink_size)
        self._tracker = SheetTracker(_never_raised)
        self._shape = (0, 0)
        self._leave()

    def configure(self, config: InkConfig) -> None:
        """Use other settings from the next frame on."""
        self._config = config
        if self._inner is not None:
            self._inner.configure(config)

    def extract(self, frame: Frame) -> Ink:
        """Return the ink of one frame.

        Raises:
            InputError: the frame is not (H, W) uint8.
        """
        field.check_frame(frame)
        pixels = frame.pixels
        if pixels.shape != self._shape:
            self._shape = (pixels.shape[0], pixels.shape[1])
            self._tracker = SheetTracker(_never_raised)
            self._leave()
        level = field.paper_level(field.shrink(pixels)[1])
        pose = self._tracker.step(pixels, level, None, frame.captured_at)
        corners = pose.corners_seen
        if corners is None:
            gone = (InkEvent("sheet_out"),) if pose.left else ()
            self._leave()
            return self._without_sheet(frame, gone)
        self._follow(corners)
        return self._straightened(frame)

    def _leave(self) -> None:
        self._inner: TableExtractor | None = None
        self._corners: Floats | None = None
        self._size = (0, 0)

    def _follow(self, corners: Floats) -> None:
        """Move the outline softly, and begin anew with a sheet that has just come."""
        moved_px = np.inf if self._corners is None else np.abs(corners - self._corners).max()
        if self._corners is None or moved_px > _JUMP_PX:
            self._corners = corners.copy()
        elif moved_px > _STANDS_PX:
            self._corners = self._corners + np.float32(_CALM) * (corners - self._corners)
        if self._inner is None:
            self._size = _size_of(self._corners)
            self._inner = TableExtractor(
                self._config, self._ink_size, self._stroke_width_px, self._view, _WholeView
            )

    def _straightened(self, frame: Frame) -> Ink:
        assert self._inner is not None and self._corners is not None
        width, height = self._size
        upright = perspective(self._corners, outline_of_frame((height, width)))
        pixels = as_gray(cv2.warpPerspective(frame.pixels, upright, self._size))
        covered = frame.covered
        if covered is not None:
            nearest = cv2.INTER_NEAREST
            covered = as_gray(cv2.warpPerspective(covered, upright, self._size, flags=nearest))
        ink = self._inner.extract(replace(frame, pixels=pixels, truth=None, covered=covered))
        back = np.asarray(np.linalg.inv(upright), np.float64)
        frame_size = (self._shape[1], self._shape[0])
        lines = cv2.warpPerspective(255 - ink.mask, back, frame_size)
        hand = cv2.warpPerspective(as_gray(ink.hand), back, frame_size, flags=cv2.INTER_NEAREST)
        return replace(
            ink,
            mask=as_gray(np.where(lines > 127, 0, 255)),
            hand=np.asarray(hand, np.bool_),
            sheet=self._corners,
        )

    def _without_sheet(self, frame: Frame, events: tuple[InkEvent, ...]) -> Ink:
        return Ink(
            sequence=frame.sequence,
            captured_at=frame.captured_at,
            live=self._blank.lines,
            settled=self._blank.lines,
            live_mass=self._blank.mass,
            mass=self._blank.mass,
            mask=np.full(self._shape, 255, np.uint8),
            hand=np.zeros(self._shape, np.bool_),
            sheet=None,
            bbox=None,
            coverage=0.0,
            events=events,
            changed_at=frame.captured_at,
        )


def _never_raised(rest: Floats, now: Floats) -> bool:
    """Before a webcam a sheet is held at any distance, and read there."""
    return False


def _size_of(corners: Floats) -> tuple[int, int]:
    """Return width and height of the straightened sheet, in the proportions that it shows."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = float(sides[0] + sides[2]), float(sides[1] + sides[3])
    scale = _LONGER_SIDE_PX / max(width, height)
    return max(64, round(width * scale)), max(64, round(height * scale))
