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

_TRACE = 0.1
"""Share of a line's absorbance that a rubber leaves."""

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
    """The textures of one sheet; ink grows on it, and goes where it is rubbed out.

    Attributes:
        tone: (h, w) float32 reflectance with its ink, 0..1.
        coverage: (h, w) float32 share of each texel that ink covers, 0..1.
        filled: (h, w) float32 share of each texel that ink covers which fills a shape in, 0..1.
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
        self._traces = np.zeros(stock.shape, np.float32)
        self._gone = np.zeros(len(lines.seen_at), np.bool_)
        self.tone = self._clean.copy()
        self.coverage = np.zeros(stock.shape, np.float32)
        self.filled = np.zeros(stock.shape, np.float32)
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
        """Bring the ink to a time; returns the box x0, y0, x1, y1 of texels that changed."""
        until = int(np.searchsorted(self._lines.seen_at, t_s, side="right"))
        boxes = [self._draw(piece) for piece in range(self._drawn, until)]
        self._drawn = max(until, self._drawn)
        rubbed = (self._lines.gone_at <= t_s) & ~self._gone
        boxes += self._rub_out(np.flatnonzero(rubbed[: self._drawn]))
        if not boxes:
            return None
        low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
        return int(low[0]), int(low[1]), int(high[2]), int(high[3])

    def _draw(self, piece: int) -> Box:
        """Add one piece of line: a capsule with a soft edge of one texel."""
        x0, y0, x1, y1 = box = self._box_of(piece)
        if x0 >= x1 or y0 >= y1:
            return x0, y0, x0, y0
        area = np.s_[y0:y1, x0:x1]
        covered, absorbed = self._stamp(piece, box)
        np.maximum(self.coverage[area], covered, out=self.coverage[area])
        np.maximum(self._absorbed[area], absorbed, out=self._absorbed[area])
        if self._lines.fills[piece]:
            np.maximum(self.filled[area], covered, out=self.filled[area])
        self._show(box)
        return box

    def _rub_out(self, pieces: NDArray[np.intp]) -> list[Box]:
        """Take pieces away; what they crossed stays, and so does a trace of them."""
        if not len(pieces):
            return []
        self._gone[pieces] = True
        boxes = [self._box_of(int(piece)) for piece in pieces]
        for piece, (x0, y0, x1, y1) in zip(pieces, boxes, strict=True):
            area = np.s_[y0:y1, x0:x1]
            trace = _TRACE * self._stamp(int(piece), (x0, y0, x1, y1))[1]
            np.maximum(self._traces[area], trace, out=self._traces[area])
            self.coverage[area] = self.filled[area] = self._absorbed[area] = 0.0
        low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
        x0, y0, x1, y1 = int(low[0]), int(low[1]), int(high[2]), int(high[3])
        for piece in np.flatnonzero(~self._gone[: self._drawn]):
            left, top, right, bottom = self._box_of(int(piece))
            if left < x1 and top < y1 and right > x0 and bottom > y0:
                self._draw(int(piece))
        self._show((x0, y0, x1, y1))
        return [(x0, y0, x1, y1)]

    def _box_of(self, piece: int) -> Box:
        """Return the texels that a piece may touch."""
        ends, half = self._capsule_of(piece)
        height, width = self.tone.shape
        low = np.clip(np.floor(ends.min(axis=0) - half - 1), 0, [width, height]).astype(int)
        high = np.clip(np.ceil(ends.max(axis=0) + half + 2), 0, [width, height]).astype(int)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def _capsule_of(self, piece: int) -> tuple[NDArray[np.float64], float]:
        """Return both ends (2, 2) of a piece and half its width, in texels."""
        scale = self._stock.px_per_mm
        ends = self._lines.ends_mm[piece].reshape(2, 2) * scale + self.sheet_to_texture[:2, 2]
        return ends, float(self._lines.width_mm[piece]) * scale / 2

    def _stamp(self, piece: int, box: Box) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return coverage and absorbance of a piece in a box of texels."""
        ends, half = self._capsule_of(piece)
        covered = _capsule(np.array(box[:2]), np.array(box[2:]), ends, half)
        paper_grain = self._stock.grain[box[1] : box[3], box[0] : box[2]]
        grain = 1 + self._lines.grain[piece] * (paper_grain - 1.25)
        absorbed = covered * np.minimum(self._lines.absorbance[piece] * grain, 0.95)
        return covered, np.asarray(absorbed, np.float32)

    def _show(self, box: Box) -> None:
        area = np.s_[box[1] : box[3], box[0] : box[2]]
        taken = np.maximum(self._absorbed[area], self._traces[area])
        self.tone[area] = self._clean[area] * (1 - taken)


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
