"""Faces as children draw them, by rule: a head, eyes, a mouth, and what else comes to mind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Floats
from models.sketches.framing import Placement, frame_strokes

_POINTS = 48


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A drawn face.

    Args:
        strokes: each (n, 2) float32 in the unit square, y down.
        marks: which strokes are eyes and mouth.
    """

    strokes: tuple[Floats, ...]
    marks: tuple[int, ...]


def random_face(rng: np.random.Generator) -> Face:
    """Draw a face; every shape in it is another each time."""
    wide, high = rng.uniform(0.7, 1.1), rng.uniform(0.9, 1.2)
    strokes = [_oval(rng, (0, 0), (wide, high), wobble=0.04)]
    level, apart = rng.uniform(-0.35, 0.0) * high, rng.uniform(0.28, 0.45) * wide
    kind = rng.integers(3)
    marks = []
    for side in (-1, 1):
        size = rng.uniform(0.05, 0.07) if kind == 0 else rng.uniform(0.11, 0.17)
        marks.append(len(strokes))
        shape = (size, size * (1.0 if kind < 2 else rng.uniform(0.5, 0.8)))
        strokes.append(_oval(rng, (side * apart, level + rng.normal(0, 0.02)), shape))
    marks.append(len(strokes))
    strokes.append(_mouth(rng, wide, high))
    if rng.random() < 0.6:
        strokes.append(_nose(rng, level, high))
    if rng.random() < 0.4:
        strokes += [_hair(rng, at, wide, high) for at in np.linspace(-0.6, 0.6, 5)]
    if rng.random() < 0.4:
        strokes += [_oval(rng, (side * wide * 1.1, 0), (0.12, 0.2)) for side in (-1, 1)]
    placement = Placement(extent=float(rng.uniform(0.6, 0.85)))
    return Face(frame_strokes(strokes, strokes, placement), tuple(marks))


def _oval(
    rng: np.random.Generator,
    middle: tuple[float, float],
    radii: tuple[float, float],
    wobble: float = 0.02,
) -> Floats:
    turn = np.linspace(0, 2 * np.pi, _POINTS) + rng.uniform(0, 2 * np.pi)
    reach = np.ones(_POINTS)
    for waves in (2, 3):
        reach += rng.normal(0, wobble) * np.cos(waves * turn + rng.uniform(0, 6))
    around = np.stack([np.cos(turn), np.sin(turn)], axis=1) * reach[:, None]
    return np.asarray(np.array(middle) + around * np.array(radii), np.float32)


def _mouth(rng: np.random.Generator, wide: float, high: float) -> Floats:
    middle, half = rng.uniform(0.4, 0.55) * high, rng.uniform(0.22, 0.4) * wide
    if rng.random() < 0.25:
        return _oval(rng, (0, middle), (0.5 * half, rng.uniform(0.08, 0.14)))
    along = np.linspace(-1, 1, _POINTS)
    curve = rng.uniform(-0.08, 0.18) * (1 - along**2)
    return np.asarray(np.stack([half * along, middle + curve], axis=1), np.float32)


def _nose(rng: np.random.Generator, level: float, high: float) -> Floats:
    top, tip = level + 0.1, rng.uniform(0.15, 0.3) * high
    return np.array([[0, top], [rng.uniform(-0.15, 0.15), tip], [0, tip + 0.02]], np.float32)


def _hair(rng: np.random.Generator, at: float, wide: float, high: float) -> Floats:
    root = np.array([at * wide, -high * np.sqrt(1 - at**2)])
    grown = np.array([rng.normal(0, 0.08), -rng.uniform(0.12, 0.25)])
    return np.array([root, root + grown], np.float32)
