"""A few lines of text over the picture, for the people who set the table up."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.geometry import stage_size
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray

_PAPER, _INK = 255, 0
_LINES_HIGH = 34
"""A line of text is this small a part of the window's height."""
_FONT, _FONT_PX = cv2.FONT_HERSHEY_SIMPLEX, 30


class Notice:
    """Draws lines along the lower edge, upright for the visitor, over each composed window.

    Args:
        size: width and height of the window in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._lines: list[str] = []
        self._hang: tuple[bool, int] | None = None
        self._place = (slice(0, 0), slice(0, 0))
        self._strip: Gray = np.zeros((0, 0, 4), np.uint8)

    def set(self, lines: list[str], config: StageConfig) -> bool:
        """Take what to show, nothing for no lines; returns whether anything is different."""
        hang = (config.mirror, config.rotate)
        if lines == self._lines and (hang == self._hang or not lines):
            return False
        self._lines, self._hang = lines, hang
        if lines:
            self._render(*hang)
        return True

    @property
    def strip(self) -> tuple[Gray, tuple[int, int]] | None:
        """What is shown, (h, w) uint8, and the left and upper edge of its place; or None."""
        rows, columns = self._place
        return (self._strip[..., 0], (columns.start, rows.start)) if self._lines else None

    def draw(self, light: Gray) -> None:
        """Write the lines over the light of the window (H, W, 4)."""
        if self._lines:
            light[self._place] = self._strip

    def _render(self, mirror: bool, rotate: int) -> None:
        width, height = stage_size(*self._size, rotate)
        line_px = max(height // _LINES_HIGH, 12)
        top = max(height - line_px * (len(self._lines) + 1), 0)
        upright = np.zeros((height, width), np.uint8)
        cv2.rectangle(upright, (0, top), (width, height), _PAPER, -1)
        for number, text in enumerate(self._lines, start=1):
            self._write(upright, text, top + number * line_px, line_px)
        inside = np.zeros_like(upright)
        inside[top:] = 1
        left, above, wide, high = cv2.boundingRect(_hung(inside, mirror, rotate))
        self._place = (slice(above, above + high), slice(left, left + wide))
        strip = _hung(upright, mirror, rotate)[self._place]
        self._strip = np.repeat(strip[..., None], 4, axis=2)

    def _write(self, upright: Gray, text: str, baseline_px: int, line_px: int) -> None:
        margin = line_px
        plain = "".join(letter if " " <= letter <= "~" else "?" for letter in text)
        scale = 0.75 * line_px / _FONT_PX
        wide = cv2.getTextSize(plain, _FONT, scale, 1)[0][0]
        scale *= min((upright.shape[1] - 2 * margin) / max(wide, 1), 1.0)
        place = (margin, baseline_px)
        cv2.putText(upright, plain, place, _FONT, scale, _INK, 1, cv2.LINE_AA)


def _hung(upright: Gray, mirror: bool, rotate: int) -> Gray:
    """Return the window of an upright stage, as `exhibit.contract.geometry.mounting` maps it."""
    flipped = upright[:, ::-1] if mirror else upright
    return np.ascontiguousarray(np.rot90(flipped, -rotate // 90))
