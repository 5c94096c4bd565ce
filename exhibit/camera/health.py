"""Is the camera still looking? Frozen, black and over-exposed pictures are faults too."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.camera.faults import CameraFaultError
from exhibit.contract.values import Gray

FROZEN_FRAMES = 30
DARK_SHARE = 0.05
GLARE_LEVEL = 250.0
PATIENCE_S = 1.0
_LEAST_REFERENCE = 40.0


class Health:
    """Watches the frames of one camera since it was opened.

    Args:
        name: the camera, for the message.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._last: Gray | None = None
        self._same = 0
        self._reference = _LEAST_REFERENCE
        self._good_light_at: float | None = None

    def check(self, pixels: Gray, now: float) -> None:
        """Look at one frame (H, W) taken at `now` seconds.

        Raises:
            CameraFaultError: black or over-exposed for a second, or 30 identical frames.
        """
        mean = float(cv2.mean(pixels)[0])
        dark, glaring = mean < DARK_SHARE * self._reference, mean > GLARE_LEVEL
        if self._good_light_at is None or not (dark or glaring):
            self._good_light_at = now
        if not (dark or glaring):
            self._reference = max(self._reference, mean)
        elif now - self._good_light_at >= PATIENCE_S:
            if dark:
                raise CameraFaultError(
                    "black",
                    f"{self._name} is black: mean grey level {mean:.1f}, expected at least "
                    f"{DARK_SHARE * self._reference:.1f}; is the lens covered or the light off?",
                )
            raise CameraFaultError(
                "glaring",
                f"{self._name} is over-exposed: mean grey level {mean:.0f} of 255; "
                "lower camera.exposure",
            )
        self._count_same(pixels)

    def _count_same(self, pixels: Gray) -> None:
        # A real sensor has noise: two frames are never equal in every bit.
        same = self._last is not None and np.array_equal(pixels, self._last)
        self._same = self._same + 1 if same else 0
        self._last = pixels
        if self._same >= FROZEN_FRAMES:
            raise CameraFaultError(
                "frozen", f"{self._name} is frozen: {self._same + 1} identical frames"
            )
