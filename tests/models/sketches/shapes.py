"""Strokes of plain shapes, in the unit square."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats


def circle(
    centre: tuple[float, float] = (0.5, 0.5), radius: float = 0.3, points: int = 60
) -> Floats:
    """A closed circle, as (points, 2)."""
    turn = np.linspace(0, 2 * np.pi, points)
    around = np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius + centre
    return around.astype(np.float32)


def arc(start_rad: float, radius: float = 0.3) -> Floats:
    """A third of a circle around the middle, as (40, 2)."""
    turn = np.linspace(start_rad, start_rad + 2, 40)
    return (np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius + 0.5).astype(np.float32)
