"""How grey becomes light."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.tone import light_of
from exhibit.contract.values import Gray

_PLAIN = np.arange(256, dtype=np.uint8)
"""The light of every grey where nothing is set."""
_LIT = 255


class Tone:
    """The light of every grey, as one table.

    A frame costs what is set: a tint looks up three channels, other settings one that is copied to
    all three in a third of that time, and none is only copied.

    Attributes:
        table: (256, 3) RGB of every grey.

    Args:
        config: contrast, brightness, saturation, tint and invert.
        level: 1 shows the picture, 0 no light at all.
    """

    def __init__(self, config: StageConfig, level: float = 1.0) -> None:
        lights = np.array(light_of(np.linspace(0, 1, 256).tolist(), config))
        light: Gray = np.rint(255 * level * lights).astype(np.uint8)
        self.table = light
        self._red, self._green, self._blue = np.ascontiguousarray(light.T)
        self._is_grey = bool((light == light[:, :1]).all())
        self._is_plain = self._is_grey and np.array_equal(self._red, _PLAIN)
        # Fresh memory costs more than the arithmetic: it is used again.
        self._room = np.empty(0, np.uint8)

    def apply(self, window: Gray, out: Gray, mask: Gray | None = None) -> None:
        """Write the light of a part of a window.

        Args:
            window: (h, w) or (h, w, 3) RGB.
            out: (h, w, 4), blue, green, red, and one that is not shown.
            mask: (h, w), 255 where all of the light may fall; None is everywhere.
        """
        room = self._room_for(window)
        if window.ndim == 2 and self._is_grey:
            light = self._lit(window, self._red, mask, room[0])
            cv2.cvtColor(light, cv2.COLOR_GRAY2BGRA, dst=out)
            return
        channels = [window] * 3 if window.ndim == 2 else cv2.split(window)
        tables = self._red, self._green, self._blue
        red, green, blue = (
            self._lit(np.asarray(greys, np.uint8), table, mask, memory)
            for greys, table, memory in zip(channels, tables, room, strict=True)
        )
        cv2.merge([blue, green, red, red], dst=out)

    def _lit(self, greys: Gray, table: Gray, mask: Gray | None, room: Gray) -> Gray:
        light = greys if self._is_plain else cv2.LUT(greys, table, dst=room)
        if mask is not None:
            light = cv2.multiply(light, mask, dst=room, scale=1 / _LIT)
        return np.asarray(light, np.uint8)

    def _room_for(self, window: Gray) -> Gray:
        """Return memory for three channels of a part of a window."""
        height, width = window.shape[:2]
        size = 3 * height * width
        if self._room.size < size:
            self._room = np.empty(size, np.uint8)
        return self._room[:size].reshape(3, height, width)
