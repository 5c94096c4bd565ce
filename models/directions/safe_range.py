"""How far a direction may go: the strengths between which pictures stay drawings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from scipy.spatial.distance import cdist
from torch import Tensor, nn

from exhibit.contract.values import Doubles, Gray
from models.sketches.raster import as_network_input

SIDE_PX = 128
PERCENTILE = 99.0
REACH_SIGMAS, REACH_SPREADS = 4.0, 8.0
"""No direction is followed farther than so many of its own standard deviations, or of the root mean
square deviation of w over all axes where its own is small."""
HALVINGS = 6
MOST_TRIES = 2 * (1 + HALVINGS)
"""Strengths at which the pictures of a direction are judged: both ends and halvings."""
ACTIVATIONS = ((0, 1), (4,))
"""Pictures are compared twice: by their lines (first activations) and by what they show (last)."""
UNSEEN = 6.0
"""Grey levels that the paper may darken by: on a projected sheet nobody sees them."""
SEEN = 0.5
"""Mean change of pictures beyond that, in grey levels, from which something is seen of a direction:
a hundredth of the picture that has changed by a fifth."""
_DRAWS = 2000
_CHUNK = 32


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One way of comparing pictures with a collection.

    Args:
        activations: which of the network's are looked at.
        features: (n, d) of the collection, scaled.
        scale: (d,) that features are divided by.
        limit: mean distance to the nearest drawing up to which a set of pictures is drawings.
    """

    activations: tuple[int, ...]
    features: Doubles
    scale: Doubles
    limit: float

    def distances(self, pooled: list[Doubles]) -> Doubles:
        """Distance of pictures to the nearest drawing, (n,), from what `pooled` gave."""
        return cdist(_joined(pooled, self.activations) / self.scale, self.features).min(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What drawings of a collection look like.

    Args:
        network: gives activations of pictures (n, 1, H, W).
        looks: how pictures are compared by them.
        dullest: mean greyness of the paper up to which it is paper; networks hardly see it.
    """

    network: nn.Module
    looks: tuple[Look, ...]
    dullest: float

    def holds(self, pictures: Gray) -> bool:
        """Say whether pictures (n, R, R) uint8 are as near to the collection as they should be."""
        if _greyness(pictures).mean() > self.dullest:
            return False
        pooled = _pooled(self.network, pictures)
        return all(look.distances(pooled).mean() <= look.limit for look in self.looks)


def learn_likeness(
    network: nn.Module,
    drawings: Gray,
    samples: Gray,
    size: int,
    activations: tuple[tuple[int, ...], ...] = ACTIVATIONS,
) -> Likeness:
    """Measure a collection, and how near unmoved pictures come to it.

    Single drawings of a collection lie far from all others, so that one picture proves little: the
    mean over `size` pictures is compared with that of as many drawings.

    Args:
        network: gives activations of pictures (n, 1, H, W), as `AlexNet` does.
        drawings: (n, R, R) uint8, the collection.
        samples: (m, R, R) uint8, unmoved pictures like those that will be moved.
        size: how many pictures will be moved.
        activations: by which they are compared.

    Returns:
        A likeness whose limit is the 99th percentile of the mean distance to the nearest other
        drawing, over sets drawn from the collection. Where sets of unmoved pictures lie farther
        away, it is their 99th percentile: a direction is not to blame for that.
    """
    raw, own = _pooled(network, drawings), _pooled(network, samples)
    looks = []
    for chosen in activations:
        joined = _joined(raw, chosen)
        scale = np.maximum(joined.std(axis=0), 0.1 * joined.std())
        features = joined / scale
        apart = cdist(features, features)
        np.fill_diagonal(apart, np.inf)
        unmoved = cdist(_joined(own, chosen) / scale, features).min(axis=1)
        limit = max(_limit(apart.min(axis=1), size), _limit(unmoved, size))
        looks.append(Look(chosen, features, scale, limit))
    paper = max(_limit(_greyness(pictures), size) for pictures in (drawings, samples))
    return Likeness(network, tuple(looks), paper + UNSEEN)


def _greyness(pictures: Gray) -> Doubles:
    """How far the paper, the median pixel of each picture (n, R, R), is from white: (n,)."""
    return 255.0 - np.median(pictures, axis=(1, 2))


def _limit(distances: Doubles, size: int) -> float:
    """Percentile of the mean of `size` of the distances, drawn again and again."""
    drawn = np.random.default_rng(0).choice(distances, (_DRAWS, size))
    return float(np.percentile(drawn.mean(axis=1), PERCENTILE))


def safe_range(
    draw: Callable[[float], Gray], likeness: Likeness, reach: float
) -> tuple[float, float]:
    """Find the strengths between which pictures stay drawings.

    Args:
        draw: pictures (n, R, R) of the same codes at a strength in units of w.
        likeness: of the collection.
        reach: largest strength to try.

    Returns:
        (low, high), low <= 0 <= high, found by bisection on each side of 0.
    """
    low = _farthest(lambda size: likeness.holds(draw(-size)), reach)
    high = _farthest(lambda size: likeness.holds(draw(size)), reach)
    return -low, high


def onset(draw: Callable[[float], Gray], reach: float) -> tuple[float, float]:
    """Find how far a direction may go before anything is seen of it.

    Args:
        draw: pictures (n, R, R) of the same codes at a strength in units of the map.
        reach: largest strength to try.

    Returns:
        (down, up), both at least 0; the reach where nothing is seen up to it.
    """
    unmoved = draw(0.0).astype(np.float64)

    def unseen(strength: float) -> bool:
        beyond = np.maximum(np.abs(draw(strength) - unmoved) - UNSEEN, 0)
        return bool(beyond.mean() < SEEN)

    return _farthest(lambda size: unseen(-size), reach), _farthest(unseen, reach)


def _farthest(holds: Callable[[float], bool], reach: float) -> float:
    """Bisect between 0 and the reach; the result itself was seen to be safe."""
    if holds(reach):
        return reach
    safe, unsafe = 0.0, reach
    for _ in range(HALVINGS):
        middle = (safe + unsafe) / 2
        if holds(middle):
            safe = middle
        else:
            unsafe = middle
    return safe


def _joined(pooled: list[Doubles], chosen: tuple[int, ...]) -> Doubles:
    return np.concatenate([pooled[index] for index in chosen], axis=1)


def _pooled(network: nn.Module, pictures: Gray) -> list[Doubles]:
    """Mean and deviation over the picture of every channel, (n, d) for each activation."""
    shape = (SIDE_PX, SIDE_PX)
    found: list[list[Tensor]] = []
    for first in range(0, len(pictures), _CHUNK):
        part = pictures[first : first + _CHUNK]
        sized = np.stack([cv2.resize(p, shape, interpolation=cv2.INTER_AREA) for p in part])
        with torch.no_grad():
            maps = network(torch.from_numpy(as_network_input(sized))[:, None])
        found.append([torch.cat([x.mean((2, 3)), x.std((2, 3))], dim=1) for x in maps])
    return [torch.cat(parts).double().numpy() for parts in zip(*found, strict=True)]
