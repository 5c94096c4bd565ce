"""Strokes cut into the short pieces of line that the pen leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.pens import Pen

Floats64 = NDArray[np.float64]

_STEP_MM = 0.9
# The tip hides the newest bit of its own line.
_PEN_LEAD_S = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Short pieces of pen line in the order in which they appear on the sheet.

    Args:
        ends_mm: (n, 4) float32 x0, y0, x1, y1 on the sheet, from its middle.
        width_mm: (n,) float32.
        absorbance: (n,) float32 share of the light that the piece takes away.
        grain: (n,) float32 share of the absorbance that the paper's grain breaks up.
        fills: (n,) bool, True where the piece is one of those that fill a shape in.
        seen_at: (n,) float64 seconds, ascending.
        gone_at: (n,) float64 seconds at which the piece is rubbed out, or infinity.
    """

    ends_mm: NDArray[np.float32]
    width_mm: NDArray[np.float32]
    absorbance: NDArray[np.float32]
    grain: NDArray[np.float32]
    fills: NDArray[np.bool_]
    seen_at: Floats64
    gone_at: Floats64


@dataclass(frozen=True, slots=True, eq=False)
class PenStroke:
    """The way of a pen (m, 3): x_mm, y_mm on the sheet and seconds; `fills` as in `Lines`.

    Without a pen a hand moves and leaves nothing.
    """

    way: Floats64
    pen: Pen | None
    fills: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Rub:
    """The way of a rubber (m, 3): x_mm, y_mm on the sheet and seconds, and how far it reaches."""

    way: Floats64
    reach_mm: float


def _cut(rng: np.random.Generator, stroke: Floats64, pen: Pen) -> tuple[Floats64, ...]:
    """Cut one stroke into short pieces: ends, width, absorbance, grain and time of each."""
    steps = np.hypot(*np.diff(stroke[:, :2], axis=0).T)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(2, int(way[-1] / _STEP_MM) + 1)
    at = np.linspace(0, way[-1], count)
    x, y, t = (np.interp(at, way, stroke[:, k]) for k in range(3))
    # Pressure wanders slowly along a line and is lower where the pen lands and leaves.
    wander = np.interp(at, np.linspace(0, way[-1] + 1e-6, 6), rng.uniform(0.75, 1.0, 6))
    landing = np.clip(np.minimum(at, way[-1] - at) / 4.0 + 0.75, 0.75, 1.0)
    pressure = (wander * landing)[1:]
    ends = np.column_stack([x[:-1], y[:-1], x[1:], y[1:]])
    width = pen.width_mm * (1 - pen.swell + pen.swell * (pressure - 0.5) * 2)
    absorbance = pen.absorbance * (0.6 + 0.4 * pressure)
    return ends, width, absorbance, np.full(count - 1, pen.grain), t[1:] + _PEN_LEAD_S


def _rubbed_out(ends: Floats64, seen_at: Floats64, rubs: Sequence[Rub]) -> Floats64:
    """Return when each piece is rubbed out: at the first touch of a rubber after it was drawn."""
    gone_at = np.full(len(ends), np.inf)
    middles = 0.5 * (ends[:, :2] + ends[:, 2:])
    for rub in rubs:
        away = np.linalg.norm(middles[:, None] - rub.way[None, :, :2], axis=2)
        touched = (away < rub.reach_mm) & (rub.way[None, :, 2] > seen_at[:, None])
        first = np.where(touched, rub.way[None, :, 2], np.inf).min(axis=1)
        gone_at = np.minimum(gone_at, first)
    return gone_at


def cut_into_lines(
    rng: np.random.Generator, strokes: Sequence[PenStroke], rubs: Sequence[Rub] = ()
) -> Lines:
    """Return the pieces of all strokes."""
    drawn = [(stroke.way, stroke.pen, stroke.fills) for stroke in strokes if stroke.pen]
    if not drawn:
        none = np.zeros(0, np.float32)
        nothing, never = np.zeros((0, 4), np.float32), np.zeros(0)
        return Lines(nothing, none, none, none, np.zeros(0, np.bool_), never, never)
    pieces = [_cut(rng, way, pen) for way, pen, _ in drawn]
    ends, width, absorbance, grain, seen_at = (np.concatenate(c) for c in zip(*pieces, strict=True))
    fills = np.repeat([fills for _, _, fills in drawn], [len(piece[0]) for piece in pieces])
    order = np.argsort(seen_at, kind="stable")
    return Lines(
        ends[order].astype(np.float32),
        width[order].astype(np.float32),
        absorbance[order].astype(np.float32),
        grain[order].astype(np.float32),
        fills[order],
        seen_at[order],
        _rubbed_out(ends, seen_at, rubs)[order],
    )
