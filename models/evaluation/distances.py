"""Measures of a bundle that need a perceptual distance: calm, path length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from exhibit.contract.values import Floats, Gray
from models.evaluation.inks import ink_of
from models.evaluation.table_model import TableModel
from models.measures.copies import distances, perceptual_distances
from models.networks.perceptual.lpips import Lpips
from models.sketches.framing import Placement, frame_strokes
from models.sketches.perturb import Strokes
from models.sketches.quickdraw import TimedSketch, drawn_up_to

STROKE_SHARE = 0.02
PPL_STEP = 1e-2
"""Step in units of the parameter between two codes."""


@dataclass(frozen=True, slots=True)
class Calm:
    """Change of the picture over the change between unrelated inks."""

    one_px: float
    stroke: float


def calm(model: TableModel, lpips: Lpips, sketches: Sequence[TimedSketch], seed: int) -> Calm:
    """Measure how the picture rests while the ink hardly changes.

    Args:
        model: the bundle.
        lpips: the distance.
        sketches: held out; each is drawn to 50 %.
        seed: of the added strokes and the direction of the shift.
    """
    rng = np.random.default_rng(seed)
    drawn = [
        frame_strokes(drawn_up_to(sketch, 0.5), sketch.strokes, Placement()) for sketch in sketches
    ]
    first = [ink_of(model, strokes) for strokes in drawn]
    moved = _after(model, first, [ink_of(model, _moved(strokes, rng)) for strokes in drawn])
    added = _after(model, first, [ink_of(model, _one_more(strokes, rng)) for strokes in drawn])
    rest = [before for before, _ in moved]
    unrelated = perceptual_distances(
        lpips, rest, np.roll(np.stack(rest), len(rest) // 2, axis=0)
    ).mean()
    return Calm(
        one_px=float(perceptual_distances(lpips, *zip(*moved, strict=True)).mean() / unrelated),
        stroke=float(perceptual_distances(lpips, *zip(*added, strict=True)).mean() / unrelated),
    )


def _after(
    model: TableModel, inks: Sequence[Gray], later: Sequence[Gray]
) -> list[tuple[Gray, Gray]]:
    """Answers to inks and to those that follow them on the same sheets."""
    found = []
    for ink, next_ink in zip(inks, later, strict=True):
        first, second = model.follow([ink, next_ink])
        found.append((first.picture, second.picture))
    return found


def _moved(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Move by 1 px at 256."""
    angle = rng.uniform(0, 2 * np.pi)
    step = np.array([np.cos(angle), np.sin(angle)], np.float32) / 256
    return tuple((stroke + step).astype(np.float32) for stroke in strokes)


def _one_more(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Add a straight stroke of 2 % of the line length, somewhere on the drawing."""
    length = sum(float(np.hypot(*np.diff(s, axis=0).T).sum()) for s in strokes if len(s) > 1)
    points = np.concatenate(strokes)
    start = points[rng.integers(len(points))] + rng.normal(0, 0.05, 2)
    angle = rng.uniform(0, 2 * np.pi)
    step = max(STROKE_SHARE * length, 1 / 128) * np.array([np.cos(angle), np.sin(angle)])
    return (*strokes, np.stack([start, start + step]).astype(np.float32))


class Sampled(Protocol):
    """What draws random pictures: codes w (n, w_dim), and the picture (R, R) float32 of one."""

    samples: Floats

    def sample_levels(self, w: Floats) -> Floats:
        """Draw one w, -1 ink .. 1 paper, not rounded."""


def path_length(model: Sampled, lpips: Lpips, count: int, step: float = PPL_STEP) -> float:
    """Perceptual path length in w, between `count` pairs of samples: mean distance over step².

    LPIPS sums squared differences, so it is quadratic in the step already; squared once more, the
    length would fall to nothing with it. Pictures are compared before they are rounded to grey
    levels, in which a small step is lost.

    Source: Karras et al. 2019, "A Style-Based Generator Architecture", eq. 3 (without cropping).
    """
    here, there = [], []
    for index in range(count):
        a, b = model.samples[2 * index], model.samples[2 * index + 1]
        at = index / count
        here.append(model.sample_levels(a + at * (b - a))[None])
        there.append(model.sample_levels(a + (at + step) * (b - a))[None])
    return float(distances(lpips, here, there).mean() / step**2)
