"""Heads of a factorial set: who, what expression, how strongly, turned how far; and where they are.

Every head of a set is drawn with every expression at every intensity from every side, so that a
tensor of them is full. Landmarks are points of the drawn lines, followed through all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.collection.portraits.composing import Portrait, render
from models.collection.portraits.parts import LABELS
from models.collection.portraits.shapes import Outline, Points, moved, outline_of
from models.collection.portraits.turning import EXPRESSIONS, SKULLS, Pose, placed, turned

INTENSITIES = (1 / 3, 2 / 3, 1.0)
YAWS_DEG = (-36.0, -24.0, -12.0, 0.0, 12.0)
"""The designers drew heads turned to the right by about half a right angle; farther than 12 degrees
more the faces would leave them."""
ENDS = {
    "left": (0, np.argmin),
    "right": (0, np.argmax),
    "top": (1, np.argmin),
    "low": (1, np.argmax),
}
_ONE = {
    "head": ("left", "right"),
    "hair": ("top", "left", "right"),
    "nose": ("top", "low"),
    "mouth": ("left", "right", "top", "low"),
}
_TWO = {"eyes": ("left", "right"), "brows": ("left", "right")}
LANDMARKS = (
    *(f"{part}-{end}" for part, ends in _ONE.items() for end in ends),
    *(f"{part}-{side}-{end}" for part, ends in _TWO.items() for side in "ab" for end in ends),
)
"""Names in order; of eyes and brows `a` is the left one of the picture and `b` the right one."""


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """One cell of a factorial set: who it is, and what the head does."""

    who: int
    pose: Pose

    def labels(self) -> dict[str, str]:
        """Columns of `labels.csv`, before those of the parts."""
        return {
            "who": str(self.who),
            "expression": self.pose.expression,
            "intensity": f"{self.pose.intensity:.3f}",
            "yaw_deg": f"{self.pose.yaw_deg:g}",
        }


def cells(people: int) -> Iterator[Factors]:
    """All cells: who varies slowest, yaw fastest."""
    for who, expression, intensity, yaw_deg in product(
        range(people), EXPRESSIONS, INTENSITIES, YAWS_DEG
    ):
        yield Factors(who, Pose(expression, intensity, yaw_deg))


def draw(portrait: Portrait, pose: Pose, resolution: int) -> NDArray[np.uint8]:
    """Render a head in a pose.

    Args:
        portrait: who.
        pose: what it does.
        resolution: side in pixels.

    Returns:
        (resolution, resolution) uint8, 0 ink .. 255 paper.
    """
    skull = SKULLS[portrait.design.style]

    def shape(part: str, fragment: str, translate: str) -> str:
        offset = _offset(translate)

        def move(points: Points) -> Points:
            space = placed(LABELS.get(part, "head"), points + offset, skull, pose)
            return turned(space, skull, pose.yaw_deg)[:, :2] - offset

        return moved(_outline(fragment), move)

    return render(portrait, resolution, shape)


def landmarks(portrait: Portrait, pose: Pose) -> Points:
    """Where the named points of a head lie.

    Args:
        portrait: who.
        pose: what it does.

    Returns:
        (len(LANDMARKS), 3): x and y from the upper left, depth toward the viewer, in shares of the
        picture's side. Points that hair or glasses hide are where they would be.
    """
    skull = SKULLS[portrait.design.style]
    found = {}
    for part, drawn in _drawn(portrait).items():
        space = turned(placed(part, drawn, skull, pose), skull, pose.yaw_deg)
        for name, index in _followed(part, drawn, skull.face_x).items():
            found[name] = space[index]
    left, top, side, _ = map(float, portrait.design.view.split())
    return (np.stack([found[name] for name in LANDMARKS]) - (left, top, 0)) / side


def _drawn(portrait: Portrait) -> dict[str, Points]:
    """Points of the lines of every part that has landmarks, (n, 2) in units of the set."""
    layers = dict(portrait.design.layers)
    first = next(iter(layers.values()))
    found = {}
    for name, variant in {**dict.fromkeys(("base",)), **portrait.chosen}.items():
        part = LABELS.get(name, "head")
        if variant is not None and part in {**_ONE, **_TWO}:
            outline = _outline(portrait.design.parts[name][variant])
            # Where a part lies in another one it shares its translation.
            found[part] = outline.points[outline.drawn] + _offset(layers.get(name, first))
    return found


def _followed(part: str, drawn: Points, face_x: float) -> dict[str, int]:
    """Which point is which landmark, told as the part is drawn."""
    if part in _ONE:
        return {f"{part}-{end}": _extreme(drawn, end) for end in _ONE[part]}
    left = drawn[:, 0] < face_x
    found = {}
    for side, which in (("a", left), ("b", ~left)):
        indices = np.flatnonzero(which)
        for end in _TWO[part]:
            found[f"{part}-{side}-{end}"] = int(indices[_extreme(drawn[indices], end)])
    return found


def _extreme(points: Points, end: str) -> int:
    axis, choose = ENDS[end]
    return int(choose(points[:, axis]))


def _offset(translate: str) -> Points:
    return np.array(translate.split(), np.float64)


@cache
def _outline(fragment: str) -> Outline:
    return outline_of(fragment)
