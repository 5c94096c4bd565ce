"""Words as a visitor writes them: letters of one stroke, uneven as hands are.

The letters are A. V. Hershey's of 1967, in the public domain, from the package Hershey-Fonts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from HersheyFonts import HersheyFonts

from exhibit.contract.values import Floats
from models.sketches.framing import Placement, frame_strokes

PRINTED, SCRIPT = ("futural", "rowmans"), ("scripts", "cursive")
"""Hershey's letters that are drawn in single strokes, upright and joined."""
FIRST_NAMES = (
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Greta",
    "Hans",
    "Ida",
    "Jonas",
    "Karla",
    "Leon",
    "Mia",
    "Noah",
    "Olga",
    "Paul",
    "Rosa",
    "Sam",
    "Tom",
    "Vera",
)
"""Twenty names by which legibility is measured."""
_STEP = 1.5
"""Distance of points in the font's units, of which a capital has 21."""
_LINE_HEIGHT = 36.0


def written(lines: Sequence[str], font: str, rng: np.random.Generator) -> tuple[Floats, ...]:
    """Write lines of text.

    Args:
        lines: at least one, of letters that the font has.
        font: one of `PRINTED` or `SCRIPT`.
        rng: every hand is another.

    Returns:
        Strokes of (n, 2) float32 in the font's units, y down; see `placed_writing`.
    """
    slant, turn = rng.normal(0, 0.15), rng.normal(0, 0.06)
    wide = rng.uniform(0.8, 1.3)
    shear = np.array([[wide, 0], [-slant, 1]])
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    strokes = []
    for row, line in enumerate(lines):
        indent = rng.uniform(0, 8)
        for stroke in _font(font).strokes_for_text(line):
            points = _wobbled(_resampled(np.array(list(stroke), np.float64)), rng)
            points += (indent, row * _LINE_HEIGHT + rng.normal(0, 0.6))
            strokes.append((points @ shear @ rotation).astype(np.float32))
    return tuple(strokes)


def placed_writing(
    lines: Sequence[str], font: str, placement: Placement, rng: np.random.Generator
) -> tuple[Floats, ...]:
    """Write lines of text into the unit square; see `written`."""
    strokes = written(lines, font, rng)
    return frame_strokes(strokes, strokes, placement)


@cache
def _font(name: str) -> HersheyFonts:
    font = HersheyFonts()
    font.load_default_font(name)
    return font


def _resampled(points: Floats) -> Floats:
    """Put points at even distances along a stroke."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], max(2, round(along[-1] / _STEP)))
    return np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1)


def _wobbled(points: Floats, rng: np.random.Generator) -> Floats:
    """Let the pen stray slowly from its way, and begin a little beside it."""
    stray = rng.normal(0, 0.6, (len(points) + 8, 2))
    smooth = np.stack([np.convolve(axis, np.ones(9) / 3, "valid") for axis in stray.T], axis=1)
    return points + smooth[: len(points)] + rng.normal(0, 0.5, 2)
