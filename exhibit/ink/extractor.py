"""Frame to ink, for every frame: keeps what it has learnt of the table between frames."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.config import InkConfig
from exhibit.contract.values import Frame, Gray, Ink
from exhibit.ink import field, rectify, threshold
from exhibit.ink.rectify import Homography
from exhibit.ink.settle import Settler
from exhibit.ink.strokes import normalise


class TableExtractor:
    """The extractor of a lit table or of a sheet before an ordinary webcam."""

    def __init__(
        self,
        config: InkConfig,
        ink_size: int,
        stroke_width_px: float,
        frame_to_square: Homography | None,
        mirrored: bool,
    ) -> None:
        self._config = config
        self._ink_size = ink_size
        self._stroke_width_px = stroke_width_px
        self._frame_to_square = frame_to_square
        self._mirrored = mirrored
        self._contrast = np.zeros((0, 0), np.float32)
        self._settler = Settler((0, 0))
        self._seen_at = 0.0
        self._changed_at = 0.0
        self._settled = np.full((ink_size, ink_size), 255, np.uint8)

    def configure(self, config: InkConfig) -> None:
        """Use other settings from the next frame on."""
        self._config = config

    def extract(self, frame: Frame) -> Ink:
        """Return the ink of one frame."""
        pixels = frame.pixels
        if pixels.shape != self._settler.settled.shape:
            self._begin(pixels.shape[:2])
        level = field.paper_level(field.shrink(pixels))
        seen_now = field.contrast(pixels, level)
        cv2.accumulateWeighted(seen_now, self._contrast, 0.4)
        smooth = np.asarray(cv2.convertScaleAbs(self._contrast), np.uint8)
        limits = threshold.limits_for(threshold.noise_of(smooth), self._config.threshold)
        seen = threshold.ink_of(smooth, limits)
        covered = np.zeros(pixels.shape, bool)
        elapsed_ms = int(1000 * max(0.0, frame.captured_at - self._seen_at))
        self._seen_at = frame.captured_at
        changed = self._settler.step(seen, covered, elapsed_ms, self._config.settle_ms)
        mask = np.where(seen, 0, 255).astype(np.uint8)
        if changed:
            self._changed_at = frame.captured_at
            settled = np.where(self._settler.settled, 0, 255).astype(np.uint8)
            self._settled = self._normalised(settled)
        live = self._normalised(mask)
        return Ink(
            sequence=frame.sequence,
            captured_at=frame.captured_at,
            live=live,
            settled=self._settled,
            mask=mask,
            hand=covered,
            sheet=None,
            bbox=_bounding_box(self._settled),
            coverage=float(self._settler.settled.mean()),
            changed_at=self._changed_at,
        )

    def _begin(self, shape: tuple[int, int]) -> None:
        self._contrast = np.zeros(shape, np.float32)
        self._settler = Settler(shape)

    def _normalised(self, mask: Gray) -> Gray:
        outline = rectify.outline_of_frame((mask.shape[0], mask.shape[1]))
        to_square = self._frame_to_square
        if to_square is None:
            to_square = rectify.square_from_outline(outline, self._mirrored)
        square = rectify.warp_to_square(mask, to_square, 2 * self._ink_size)
        return normalise(square, self._ink_size, self._stroke_width_px, self._config.despeckle)


def _bounding_box(ink: Gray) -> tuple[float, float, float, float] | None:
    """Return x0, y0, x1, y1 of the ink in the unit square."""
    x, y, width, height = cv2.boundingRect(np.less(ink, 128).astype(np.uint8))
    if width == 0:
        return None
    size = ink.shape[0]
    return x / size, y / size, (x + width) / size, (y + height) / size
