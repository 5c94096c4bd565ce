"""A sheet of tracing paper: its tone, its wear and the ink on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.conditions import Conditions
from exhibit.camera.simulated.lines import Lines
from exhibit.camera.simulated.texture import add_crease, add_smudge, add_stain, add_tape, clouds
from exhibit.camera.simulated.view import Matrix
from exhibit.camera.simulated.visit import SHEET_MM

PAPER = 0.8
"""Reflectance of tracing paper lit from the camera's side."""

Box = tuple[int, int, int, int]


class Stock:
    """What all sheets of one kind of paper share: made once, because it is slow to make.

    Args:
        rng: draws the fibres.
        px_per_mm: how fine the textures are.
    """

    def __init__(self, rng: np.random.Generator, px_per_mm: float) -> None:
        self.px_per_mm = px_per_mm
        self.shape = (round(SHEET_MM[1] * px_per_mm), round(SHEET_MM[0] * px_per_mm))
        self.fibres = clouds(rng, self.shape, 1.2 * px_per_mm)
        self.grain = np.clip(1 + clouds(rng, self.shape, 0.45 * px_per_mm) * 0.8, 0, 1.6)


class Paper:
    """The textures of one sheet; ink only ever grows on it.

    Attributes:
        tone: (h, w) float32 reflectance with its ink, 0..1.
        coverage: (h, w) float32 share of each texel that ink covers, 0..1.
        sheet_to_texture: (3, 3) sheet millimetres to texels.
    """

    def __init__(
        self, rng: np.random.Generator, conditions: Conditions, lines: Lines, stock: Stock
    ) -> None:
        px_per_mm = stock.px_per_mm
        self._stock = stock
        self._lines = lines
        self._drawn = 0
        self._clean = _blank(rng, conditions, stock)
        self._absorbed = np.zeros(stock.shape, np.float32)
        self.tone = self._clean.copy()
        self.coverage = np.zeros(stock.shape, np.float32)
        self.sheet_to_texture: Matrix = np.array(
            [
                [px_per_mm, 0, SHEET_MM[0] / 2 * px_per_mm - 0.5],
                [0, px_per_mm, SHEET_MM[1] / 2 * px_per_mm - 0.5],
                [0, 0, 1.0],
            ]
        )

    @property
    def is_blank(self) -> bool:
        """True as long as nobody drew on the sheet."""
        return self._drawn == 0

    def draw_until(self, t_s: float) -> Box | None:
        """Add the ink seen until a time; returns the box x0, y0, x1, y1 of texels that changed."""
        until = int(np.searchsorted(self._lines.seen_at, t_s, side="right"))
        boxes = [self._draw(piece) for piece in range(self._drawn, until)]
        self._drawn = max(until, self._drawn)
        if not boxes:
            return None
        low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
        return int(low[0]), int(low[1]), int(high[2]), int(high[3])

    def _draw(self, piece: int) -> Box:
        """Add one piece of line: a capsule with a soft edge of one texel."""
        lines, scale = self._lines, self._stock.px_per_mm
        ends = lines.ends_mm[piece].reshape(2, 2) * scale + self.sheet_to_texture[:2, 2]
        half = float(lines.width_mm[piece]) * scale / 2
        height, width = self.tone.shape
        low = np.clip(np.floor(ends.min(axis=0) - half - 1), 0, [width, height]).astype(int)
        high = np.clip(np.ceil(ends.max(axis=0) + half + 2), 0, [width, height]).astype(int)
        (x0, y0), (x1, y1) = low.tolist(), high.tolist()
        if x0 >= x1 or y0 >= y1:
            return x0, y0, x0, y0
        box = np.s_[y0:y1, x0:x1]
        covered = _capsule(low, high, ends, half)
        np.maximum(self.coverage[box], covered, out=self.coverage[box])
        grain = 1 + lines.grain[piece] * (self._stock.grain[box] - 1.25)
        absorbed = covered * np.minimum(lines.absorbance[piece] * grain, 0.95)
        np.maximum(self._absorbed[box], absorbed, out=self._absorbed[box])
        self.tone[box] = self._clean[box] * (1 - self._absorbed[box])
        return x0, y0, x1, y1


def _capsule(
    low: NDArray[np.int_], high: NDArray[np.int_], ends: NDArray[np.float64], half: float
) -> NDArray[np.float32]:
    """Return the coverage of the texels of a box by a line with round ends."""
    x = np.arange(low[0], high[0], dtype=np.float32)[None, :]
    y = np.arange(low[1], high[1], dtype=np.float32)[:, None]
    (ax, ay), (bx, by) = ends.astype(np.float32)
    dx, dy = bx - ax, by - ay
    along = ((x - ax) * dx + (y - ay) * dy) / max(float(dx * dx + dy * dy), 1e-9)
    along = np.clip(along, 0, 1)
    distance = np.hypot(x - ax - along * dx, y - ay - along * dy)
    covered: NDArray[np.float32] = np.clip(half + 0.5 - distance, 0, 1)
    return covered


def _blank(rng: np.random.Generator, conditions: Conditions, stock: Stock) -> NDArray[np.float32]:
    """Return the tone of a sheet before anybody drew on it."""
    px_per_mm, wear = stock.px_per_mm, conditions.wear
    tone = PAPER * (1 + 0.008 * stock.fibres)
    tone += PAPER * 0.012 * clouds(rng, stock.shape, 40 * px_per_mm)
    if wear > 0:
        tone += PAPER * 0.03 * wear * clouds(rng, stock.shape, 22 * px_per_mm)
    for _ in range(round(wear * rng.uniform(2, 5))):
        add_crease(rng, tone, wear * PAPER * float(rng.uniform(0.12, 0.3)))
    for _ in range(round(wear * rng.uniform(0, 3))):
        add_smudge(rng, tone, px_per_mm)
    for _ in range(int(rng.integers(1, conditions.stains + 1)) if conditions.stains else 0):
        add_stain(rng, tone, px_per_mm)
    for corner in rng.permutation(4)[: conditions.tapes]:
        add_tape(rng, tone, px_per_mm, int(corner))
    return np.asarray(np.clip(tone, 0.1, 1.0), np.float32)
