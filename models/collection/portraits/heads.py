"""The heads of a data set in order: composed at random, or by factors with landmarks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.collection.portraits import factors
from models.collection.portraits.composing import choose, render
from models.collection.portraits.parts import DesignSet
from models.collection.portraits.turning import BULGE, DEPTHS, EXPRESSIONS


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """One drawing with its truth.

    Args:
        picture: (R, R) uint8.
        labels: row of `labels.csv`.
        landmarks: rows of `landmarks.csv`, none where they are not known.
    """

    picture: NDArray[np.uint8]
    labels: dict[str, str]
    landmarks: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """A data set that is drawn when asked for.

    Args:
        count: how many heads.
        draw: from an index and a resolution to the head.
        described: goes into `dataset.json`.
    """

    count: int
    draw: Callable[[int, int], Head]
    described: dict[str, Any] = field(default_factory=dict)


def composed(designs: list[DesignSet], seed: int, count: int) -> Heads:
    """Heads whose parts are all chosen independently."""

    def draw(index: int, resolution: int) -> Head:
        portrait = choose(designs, seed, index)
        return Head(render(portrait, resolution), portrait.labels())

    return Heads(count, draw)


def factorial(designs: list[DesignSet], seed: int, people: int) -> Heads:
    """The same people, each with every expression at every intensity from every side.

    A larger number of people only adds to them.
    """
    cells = list(factors.cells(people))

    def draw(index: int, resolution: int) -> Head:
        cell = cells[index]
        portrait = choose(designs, seed, cell.who)
        points = factors.landmarks(portrait, cell.pose)
        rows = tuple(
            {"landmark": name, "x": f"{x:.5f}", "y": f"{y:.5f}", "depth": f"{z:.5f}"}
            for name, (x, y, z) in zip(factors.LANDMARKS, points.tolist(), strict=True)
        )
        labels = {**cell.labels(), **portrait.labels()}
        return Head(factors.draw(portrait, cell.pose, resolution), labels, rows)

    described = {
        "factors": {
            "who": people,
            "expression": EXPRESSIONS,
            "intensity": factors.INTENSITIES,
            "yaw_deg": factors.YAWS_DEG,
        },
        "depths": {**DEPTHS, "bulge": BULGE},
    }
    return Heads(len(cells), draw, described)
