"""Measures that need a perceptual distance: diversity, near-copies, calm, path length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from exhibit.ink.images import as_gray
from models.evaluation.inks import ink_of
from models.evaluation.table_model import TableModel
from models.networks.perceptual.lpips import Lpips
from models.sketches.framing import Placement, frame_strokes
from models.sketches.perturb import Strokes
from models.sketches.quickdraw import TimedSketch, drawn_up_to
from models.sketches.raster import Floats, Gray, Pictures, as_network_input

SIDE_PX = 128
_CHUNK = 8
_CANDIDATES = 3
_THUMB_PX = 32
STROKE_SHARE = 0.02
PPL_STEP = 1e-2
"""Step in units of the parameter between two codes."""

Distances = NDArray[np.float64]


def perceptual_distances(lpips: Lpips, a: Pictures, b: Pictures) -> Distances:
    """LPIPS of pictures pair by pair, at 128 px; returns (n,)."""
    return _distances(lpips, [_tensor(picture) for picture in a], [_tensor(p) for p in b])


def _distances(lpips: Lpips, a: Sequence[Floats], b: Sequence[Floats]) -> Distances:
    """LPIPS of pictures (1, side, side) float32, -1 .. 1, pair by pair; returns (n,)."""
    found = []
    for first in range(0, len(a), _CHUNK):
        pair = [torch.from_numpy(np.stack(side[first : first + _CHUNK])) for side in (a, b)]
        with torch.no_grad():
            found.append(lpips(*pair).double().numpy())
    return np.concatenate(found)


def _tensor(picture: Gray) -> NDArray[np.float32]:
    gray = picture if picture.ndim == 2 else picture.mean(axis=2).astype(np.uint8)
    sized = as_gray(cv2.resize(gray, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA))
    return as_network_input(sized)[None]


def random_pairs(lpips: Lpips, pictures: Pictures, count: int, seed: int) -> Distances:
    """Distances of `count` random pairs of different pictures; no pair is measured twice."""
    rng = np.random.default_rng(seed)
    first = rng.integers(len(pictures), size=count)
    second = (first + rng.integers(1, len(pictures), size=count)) % len(pictures)
    chosen = np.sort(np.stack([first, second]), axis=0)
    (first, second), which = np.unique(chosen, axis=1, return_inverse=True)
    found = perceptual_distances(lpips, [pictures[i] for i in first], [pictures[i] for i in second])
    return found[which.ravel()]


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Nearest training drawings of answers.

    Args:
        nearest: for each answer the index of its nearest drawing.
        distances: (n,) the perceptual distance to it.
        threshold: 1st percentile of distances within the collection.
    """

    nearest: list[int]
    distances: Distances
    threshold: float

    @property
    def share(self) -> float:
        """Share of answers that are near-copies."""
        return float((self.distances < self.threshold).mean())


def near_copies(lpips: Lpips, pictures: Pictures, drawings: Pictures, within: Distances) -> Copies:
    """Find how near each answer comes to a training drawing.

    The three drawings nearest in a 32 px thumbnail are compared perceptually.

    Args:
        lpips: the distance.
        pictures: answers.
        drawings: the training set, mirrored ones included.
        within: distances of random pairs of the collection.
    """
    thumbs = np.stack([_thumb(d) for d in drawings])
    nearest, distances = [], []
    for picture in pictures:
        order = np.abs(thumbs - _thumb(picture)).sum(axis=1).argsort()[:_CANDIDATES]
        found = perceptual_distances(lpips, [picture] * _CANDIDATES, [drawings[i] for i in order])
        nearest.append(int(order[found.argmin()]))
        distances.append(float(found.min()))
    return Copies(nearest, np.array(distances), float(np.percentile(within, 1)))


def _thumb(picture: Gray) -> NDArray[np.float32]:
    gray = picture if picture.ndim == 2 else picture.mean(axis=2).astype(np.uint8)
    return (
        cv2.resize(gray, (_THUMB_PX, _THUMB_PX), interpolation=cv2.INTER_AREA)
        .ravel()
        .astype(np.float32)
    )


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


def path_length(model: TableModel, lpips: Lpips, count: int, step: float = PPL_STEP) -> float:
    """Perceptual path length in w: mean distance over the squared step.

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
    return float(_distances(lpips, here, there).mean() / step**2)
