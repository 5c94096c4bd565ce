"""A bright sheet on a darker table, small and quick to draw: for tests of single rules."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from exhibit.contract.values import Frame

FPS = 20.0
SHEET = np.array([[60, 40], [580, 50], [575, 440], [65, 430]], np.float32)


@dataclass
class Scene:
    """Draws frames; lines are (x0, y0, x1, y1) in sheet units 0..1.

    `black` is a mask (480, 640), not 0 where the visitor has made the paper black.
    """

    sheet: np.ndarray | None = field(default_factory=lambda: SHEET.copy())
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    black: np.ndarray | None = None
    hand: tuple[int, int] | None = None
    hand_level: float = 40.0
    paper: float = 190.0
    noise: float = 2.0
    sequence: int = 0

    def __post_init__(self) -> None:
        rng = np.random.default_rng(7)
        self._noise = rng.standard_normal((520, 680), dtype=np.float32)
        y, x = np.mgrid[0:480, 0:640].astype(np.float32)
        self._light = 1.0 - 0.3 * (((x - 320) / 400) ** 2 + ((y - 240) / 400) ** 2)
        self._drawn: tuple[object, np.ndarray] | None = None

    def frame(self) -> Frame:
        """Return the next frame."""
        sheet = None if self.sheet is None else self.sheet.tobytes()
        black = None if self.black is None else self.black.tobytes()
        key = (sheet, tuple(self.lines), black, self.hand, self.hand_level)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = (key, self._draw())
        self.sequence += 1
        # A pool of noise read at another place each time is new noise for free.
        x, y = self.sequence * 7 % 40, self.sequence * 11 % 37
        noise = self._noise[y : y + 480, x : x + 640] * np.float32(self.noise)
        grey = cv2.convertScaleAbs(np.maximum(self._drawn[1] + noise, 0))
        return Frame(self.sequence, self.sequence / FPS, np.asarray(grey, np.uint8))

    def _draw(self) -> np.ndarray:
        pixels = np.full((480, 640), 60.0, np.float32)
        if self.sheet is not None:
            cv2.fillConvexPoly(pixels, self.sheet.round().astype(np.int32), self.paper)
            unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
            matrix = cv2.getPerspectiveTransform(unit, self.sheet.astype(np.float32))
            for line in self.lines:
                ends = cv2.perspectiveTransform(np.array(line).reshape(1, 2, 2), matrix)[0]
                first, last = (tuple(int(v) for v in np.round(e)) for e in ends)
                cv2.line(pixels, first, last, 70.0, 3)
        if self.black is not None:
            pixels[self.black > 0] = 60.0
        pixels *= self._light
        if self.hand is not None:
            cv2.line(pixels, self.hand, (self.hand[0] + 120, 520), self.hand_level, 90)
        return cv2.GaussianBlur(pixels, (0, 0), 0.7)
