"""How much of the picture each new stroke changes, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from exhibit.contract.values import Gray
from models.evaluation.inks import ink_of
from models.evaluation.table_model import Answer, TableModel
from models.measures.copies import perceptual_distances
from models.networks.perceptual.lpips import Lpips
from models.sketches.framing import Placement, frame_strokes
from models.sketches.quickdraw import TimedSketch
from models.sketches.raster import Pictures

_FAR_AT_256 = 16.0
_MUCH = 0.5


@dataclass(frozen=True, slots=True)
class Growing:
    """Steps of growing sketches.

    Args:
        median, p90: change of the picture a step, over the change between unrelated answers.
        much: share of the steps that change it by more than half of that.
        far: share of the changed grey that lies farther than 16 px (of 256) from the new ink.
        changes: changes of drawing a sketch, on average.
    """

    median: float
    p90: float
    much: float
    far: float
    changes: float

    def to_dict(self) -> dict[str, Any]:
        """By the names of the report."""
        return {f"growing_{name}": getattr(self, name) for name in self.__dataclass_fields__}


def growing(model: TableModel, lpips: Lpips, sketches: Sequence[TimedSketch]) -> Growing:
    """Draw sketches stroke by stroke, each on a sheet of its own.

    Args:
        model: the bundle; shows what the table shows, see `TableModel.follow`.
        lpips: the distance.
        sketches: held out; those of one stroke have no step, and without any step all is 0.
    """
    ends: list[Gray] = []
    before: list[Gray] = []
    after: list[Gray] = []
    far, changes = [], []
    for sketch in sketches:
        inks = _beginnings(model, sketch)
        answers = model.follow(inks)
        ends.append(answers[-1].picture)
        changes.append(_changes(answers))
        for number in range(1, len(inks)):
            pair = answers[number - 1].picture, answers[number].picture
            before.append(pair[0])
            after.append(pair[1])
            far.append(_far_share(pair, inks[number - 1], inks[number]))
    if not before:
        return Growing(0.0, 0.0, 0.0, 0.0, 0.0)
    unrelated = perceptual_distances(lpips, ends, _others(ends)).mean()
    steps = perceptual_distances(lpips, before, after) / unrelated
    return Growing(
        median=float(np.median(steps)),
        p90=float(np.percentile(steps, 90)),
        much=float((steps > _MUCH).mean()),
        far=float(np.mean(far)),
        changes=float(np.mean(changes)),
    )


def _beginnings(model: TableModel, sketch: TimedSketch) -> list[Gray]:
    """Ink after each stroke."""
    strokes = frame_strokes(
        [stroke[:, :2] for stroke in sketch.strokes], sketch.strokes, Placement()
    )
    return [ink_of(model, strokes[:count]) for count in range(1, len(strokes) + 1)]


def _others(pictures: Pictures) -> list[Gray]:
    half = len(pictures) // 2
    return [*pictures[half:], *pictures[:half]]


def _changes(answers: Sequence[Answer]) -> int:
    """How often a drawing that was shown gave way to another."""
    return sum(1 for old, new in pairwise(answers) if set(old.drawings) - set(new.drawings))


def _far_share(pair: tuple[Gray, Gray], ink_before: Gray, ink: Gray) -> float:
    """Share of the change that is far from new ink; 0 where nothing changed."""
    before, after = (picture.reshape(*picture.shape[:2], -1).mean(axis=2) for picture in pair)
    changed = np.abs(before - after)
    side = len(changed)
    drawn = ((ink < 128) & (ink_before >= 128)).astype(np.uint8)
    fresh = cv2.resize(drawn, (side, side), interpolation=cv2.INTER_NEAREST)
    if not fresh.any() or not changed.any():
        return 0.0
    away = cv2.distanceTransform(1 - fresh, cv2.DIST_L2, cv2.DIST_MASK_5)
    return float(changed[away > _FAR_AT_256 * side / 256].sum() / changed.sum())
