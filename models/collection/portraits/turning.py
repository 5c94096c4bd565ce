"""How a drawn head smiles and turns: its parts bent by expressions, laid at depths and rotated."""

from dataclasses import dataclass

import numpy as np

from models.collection.portraits.shapes import Points

EXPRESSIONS = ("happy", "sad", "surprised")
DEPTHS = {
    "nose": 0.45,
    "glasses": 0.22,
    "mouth": 0.2,
    "beard": 0.18,
    "brows": 0.16,
    "eyes": 0.12,
    "freckles": 0.1,
    "flowers": -0.05,
    "earrings": -0.05,
    "hair": -0.05,
    "head": 0.0,
}
"""How far a part lies before the head, toward the viewer, in radii of the head."""
BULGE = 0.35
"""How much farther back a part lies one radius beside the middle, in radii; without it a turned
head would be as flat as a card."""


@dataclass(frozen=True, slots=True, eq=False)
class Skull:
    """Where the head of a set lies, in units of its drawings.

    Args:
        x: of the axis that the head turns about.
        face_x: of the line between the eyes; heads are drawn a little turned.
        radius: half the width of the head.
    """

    x: float
    face_x: float
    radius: float


SKULLS = {"lorelei": Skull(510, 590, 230), "notionists": Skull(830, 950, 300)}


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """What a head does.

    Args:
        expression: one of `EXPRESSIONS`.
        intensity: 0 as drawn .. 1.
        yaw_deg: 0 as drawn; to the right of the picture where positive.
    """

    expression: str
    intensity: float
    yaw_deg: float


AS_DRAWN = Pose(EXPRESSIONS[0], 0.0, 0.0)


def placed(part: str, points: Points, skull: Skull, pose: Pose) -> Points:
    """Lay the points of a part into space, before the head turns.

    Args:
        part: a column of the labels, as `mouth`.
        points: (n, 2) as drawn, all of the part, in units of the set.
        skull: of the set.
        pose: whose expression bends it.

    Returns:
        (n, 3): x, y, and depth toward the viewer, in the same units.
    """
    bend = {"mouth": _mouth, "brows": _brows, "eyes": _eyes}.get(part)
    bent = points if bend is None else bend(points, skull, pose)
    aside = (bent[:, 0] - skull.x) / skull.radius
    depth = skull.radius * (DEPTHS[part] + BULGE * (1 - aside**2))
    return np.column_stack([bent, depth])


def turned(points: Points, skull: Skull, yaw_deg: float) -> Points:
    """Turn points (n, 3) about the upright axis of the head; seen from far away.

    Returns:
        (n, 3): where they are drawn, and their depth.
    """
    yaw = np.deg2rad(yaw_deg)
    x, y, z = points.T
    aside = x - skull.x
    across = skull.x + aside * np.cos(yaw) + z * np.sin(yaw)
    return np.column_stack([across, y, z * np.cos(yaw) - aside * np.sin(yaw)])


def _mouth(points: Points, skull: Skull, pose: Pose) -> Points:
    """Corners go up or down and the mouth grows wider, or it opens."""
    low, high = points.min(axis=0), points.max(axis=0)
    centre, half = (low + high) / 2, max((high[0] - low[0]) / 2, 0.15 * skull.radius)
    wide, tall, corners = {
        "happy": (0.35, 0.2, -0.6),
        "sad": (-0.1, 0.0, 0.6),
        "surprised": (-0.3, 0.8, 0.0),
    }[pose.expression]
    aside, down = (points - centre).T
    curve = corners * half * ((aside / half) ** 2 - 0.3)
    # However thin its line is, a surprised mouth opens: down grows by a share of its width too.
    opening = 0.2 * half if pose.expression == "surprised" else 0.0
    opened = opening * np.clip(down / (0.2 * half), -1, 1)
    i = pose.intensity
    return centre + np.column_stack(
        [aside * (1 + wide * i), down * (1 + tall * i) + i * (curve + opened)]
    )


def _brows(points: Points, skull: Skull, pose: Pose) -> Points:
    """Brows rise, all of them or their inner ends alone."""
    outward = np.abs(points[:, 0] - skull.face_x) / (0.5 * skull.radius)
    inner, outer = {"happy": (0.06, 0.1), "sad": (0.2, -0.1), "surprised": (0.2, 0.24)}[
        pose.expression
    ]
    rise = skull.radius * (inner + (outer - inner) * np.clip(outward, 0, 1))
    return points - pose.intensity * np.column_stack([np.zeros(len(points)), rise])


def _eyes(points: Points, skull: Skull, pose: Pose) -> Points:
    """Eyes open wide, narrow, or sink at their outer ends."""
    taller = {"happy": -0.35, "sad": -0.2, "surprised": 0.6}[pose.expression]
    sink = 0.1 if pose.expression == "sad" else 0.0
    middle = (points[:, 1].min() + points[:, 1].max()) / 2
    outward = np.clip(np.abs(points[:, 0] - skull.face_x) / (0.5 * skull.radius), 0, 1)
    down = (points[:, 1] - middle) * taller + sink * skull.radius * outward
    return points + pose.intensity * np.column_stack([np.zeros(len(points)), down])
