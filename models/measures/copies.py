"""How near pictures come to each other, and to the drawings that were learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray
from models.networks.perceptual.lpips import Lpips
from models.sketches.raster import Pictures, as_network_input

SIDE_PX = 128
_CHUNK = 8
_CANDIDATES = 3
_THUMB_PX = 32

Distances = NDArray[np.float64]


def perceptual_distances(
    lpips: Lpips, a: Pictures, b: Pictures, *, side_px: int = SIDE_PX
) -> Distances:
    """LPIPS of pictures pair by pair, at a side; returns (n,)."""
    return distances(lpips, *([_tensor(picture, side_px) for picture in each] for each in (a, b)))


def distances(lpips: Lpips, a: Sequence[Floats], b: Sequence[Floats]) -> Distances:
    """LPIPS of pictures (1, side, side) float32, -1 .. 1, pair by pair; returns (n,)."""
    found = []
    for first in range(0, len(a), _CHUNK):
        pair = [torch.from_numpy(np.stack(side[first : first + _CHUNK])) for side in (a, b)]
        with torch.no_grad():
            found.append(lpips(*pair).double().numpy())
    return np.concatenate(found)


def _tensor(picture: Gray, side_px: int) -> NDArray[np.float32]:
    gray = picture if picture.ndim == 2 else picture.mean(axis=2).astype(np.uint8)
    sized = as_gray(cv2.resize(gray, (side_px, side_px), interpolation=cv2.INTER_AREA))
    return as_network_input(sized)[None]


def random_pairs(
    lpips: Lpips, pictures: Pictures, count: int, seed: int, side_px: int = SIDE_PX
) -> Distances:
    """Distances of `count` random pairs of different pictures; no pair is measured twice."""
    rng = np.random.default_rng(seed)
    first = rng.integers(len(pictures), size=count)
    second = (first + rng.integers(1, len(pictures), size=count)) % len(pictures)
    chosen = np.sort(np.stack([first, second]), axis=0)
    (first, second), which = np.unique(chosen, axis=1, return_inverse=True)
    a, b = ([pictures[i] for i in each] for each in (first, second))
    found = perceptual_distances(lpips, a, b, side_px=side_px)
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


def near_copies(
    lpips: Lpips,
    pictures: Pictures,
    drawings: Pictures,
    within: Distances,
    side_px: int = SIDE_PX,
) -> Copies:
    """Find how near each answer comes to a training drawing.

    The three drawings nearest in a 32 px thumbnail are compared perceptually.

    Args:
        lpips: the distance.
        pictures: answers.
        drawings: the training set, mirrored ones included.
        within: distances of random pairs of the collection.
        side_px: at which they are compared.
    """
    thumbs = np.stack([_thumb(d) for d in drawings])
    nearest, distances = [], []
    for picture in pictures:
        order = np.abs(thumbs - _thumb(picture)).sum(axis=1).argsort()[:_CANDIDATES]
        candidates = np.stack([_tensor(drawings[i], side_px) for i in order])
        with torch.no_grad():
            # The picture is one for all of them: its features are taken once.
            one = torch.from_numpy(_tensor(picture, side_px)[None])
            found = lpips(one, torch.from_numpy(candidates)).double().numpy()
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
