"""One sheet of paper from its arrival to its end: the records of who moves what.

Lengths are millimetres of the table, seen from above by the visitor: the origin is the middle of
the camera's view, x to the right, y towards the visitor. Lines are kept in sheet millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.lines import Lines
from exhibit.camera.simulated.tracks import Track

SHEET_MM = (297.0, 210.0)

Floats64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """A hand that comes and goes.

    Args:
        kind: `pen` (a fist around a pen), `rubber` (around a rubber), `flat` (fingers on the
            paper) or `palm` (a child's).
        track: x_mm, y_mm of the pen's tip (of the middle finger's for the others), lift 0..1.
        elbow_mm: where the arm comes from.
        scale: size against a grown-up's hand.
    """

    kind: str
    track: Track
    elbow_mm: tuple[float, float]
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class Lift:
    """Paper that leaves the glass.

    Args:
        corner: 0..3 from the top left one clockwise as the visitor sees them, or None where the
            whole sheet is raised.
        track: how many mm of the sheet's diagonal have left the glass, or its height in mm.
    """

    corner: int | None
    track: Track


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """A fresh sheet on top of the first one: its pose as in `Visit.sheet`, and its lines.

    `lies_from` and `lies_until` are the seconds between which it is the visitor's sheet.
    """

    sheet: Track
    lines: Lines
    lies_from: float
    lies_until: float


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A printed token that is brought, turned and taken away: its number and its pose.

    It is in view between `from_s` and `until_s`.
    """

    number: int
    track: Track
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """One sheet on the table between `starts_at` and `ends_at` (seconds).

    `sheet` moves its middle: x_mm, y_mm, angle in radians, side 1 (or -1 when turned over).
    """

    index: int
    starts_at: float
    ends_at: float
    sheet: Track
    hands: tuple[Hand, ...]
    lines: Lines
    lifts: tuple[Lift, ...] = ()
    cover: Cover | None = None
    tokens: tuple[Laid, ...] = ()


def place(points: Floats64, pose: Floats64) -> Floats64:
    """Move (n, 2) sheet millimetres to table millimetres by a pose x_mm, y_mm, angle."""
    cos, sin = np.cos(pose[2]), np.sin(pose[2])
    moved: Floats64 = points @ np.array([[cos, sin], [-sin, cos]]) + pose[:2]
    return moved
