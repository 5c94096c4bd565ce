"""How grey becomes light."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.tone import light_of
from exhibit.contract.values import Gray

_PLAIN = np.arange(256, dtype=np.uint8)
"""The light of every grey where nothing is set."""


class Tone:
    """The light of every grey, as one table.

    A frame costs what is set: a tint looks up three channels, other settings one that is copied to
    all three in a third of that time, and none is only copied.

    Args:
        config: contrast, brightness, saturation, tint and invert.
        level: 1 shows the picture, 0 no light at all.
    """

    def __init__(self, config: StageConfig, level: float = 1.0) -> None:
        light = np.rint(255 * level * light_of(np.linspace(0, 1, 256), config))
        self._table = np.asarray(light.reshape(256, 1, 3), np.uint8)
        red, green, blue = (np.ascontiguousarray(channel) for channel in self._table[:, 0].T)
        self._grey = red
        self._is_grey = np.array_equal(red, green) and np.array_equal(red, blue)
        self._is_plain = self._is_grey and np.array_equal(red, _PLAIN)
        self._looked_up: Gray = np.empty((0, 0), np.uint8)

    def apply(self, window: Gray, out: Gray) -> None:
        """Write the light of a window (H, W) or (H, W, 3) into `out` (H, W, 3) RGB."""
        if window.ndim == 3:
            cv2.LUT(window, self._table.reshape(1, 256, 3), dst=out)
        elif not self._is_grey:
            cv2.applyColorMap(window, self._table, dst=out)
        else:
            cv2.cvtColor(self._look_up(window), cv2.COLOR_GRAY2RGB, dst=out)

    def _look_up(self, window: Gray) -> Gray:
        if self._is_plain:
            return window
        looked_up = cv2.LUT(window, self._grey, dst=self._looked_up)
        self._looked_up = np.asarray(looked_up, np.uint8)
        return self._looked_up
