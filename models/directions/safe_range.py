"""How far a direction may go: the strengths between which pictures stay drawings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from scipy.spatial.distance import cdist
from torch import Tensor, nn

from models.directions.measured import Doubles
from models.sketches.raster import Gray, as_network_input

SIDE_PX = 128
PERCENTILE = 99.0
"""Of the collection's distances to itself: what is nearer than this is a drawing."""
KEPT_SHARE = 0.9
"""Share of samples that must stay drawings."""
REACH_SIGMAS = 8.0
"""No direction is followed farther than this many standard deviations of w."""
HALVINGS = 6
_CHUNK = 32


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What drawings of a collection look like.

    Args:
        network: gives activations of pictures (n, 1, H, W), as `AlexNet` and `Vgg16` do.
        features: (n, d) of the collection, scaled.
        scale: (d,) that features are divided by.
        limit: distance to the nearest drawing up to which a picture is one.
    """

    network: nn.Module
    features: Doubles
    scale: Doubles
    limit: float

    def distances(self, pictures: Gray) -> Doubles:
        """Distance of pictures (n, R, R) uint8 to the nearest drawing, (n,)."""
        return cdist(_pooled(self.network, pictures) / self.scale, self.features).min(axis=1)


def learn_likeness(network: nn.Module, drawings: Gray, samples: Gray) -> Likeness:
    """Measure a collection, and how near a generator comes to it.

    Args:
        network: gives activations of pictures.
        drawings: (n, R, R) uint8, the collection.
        samples: (m, R, R) uint8, unmoved pictures of the generator.

    Returns:
        A likeness whose limit is the collection's 99th percentile of leave-one-out distances to
        the nearest other drawing; where the generator's own unmoved pictures lie farther away,
        it is their 99th percentile, since a direction is not to blame for that.
    """
    raw = _pooled(network, drawings)
    scale = np.maximum(raw.std(axis=0), 0.1 * raw.std())
    features = raw / scale
    apart = cdist(features, features)
    np.fill_diagonal(apart, np.inf)
    own = float(np.percentile(apart.min(axis=1), PERCENTILE))
    found = Likeness(network, features, scale, own)
    unmoved = float(np.percentile(found.distances(samples), PERCENTILE))
    return Likeness(network, features, scale, max(own, unmoved))


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

    def stays(strength: float) -> bool:
        near = likeness.distances(draw(strength)) <= likeness.limit
        return bool(near.mean() >= KEPT_SHARE)

    return -_farthest(lambda size: stays(-size), reach), _farthest(stays, reach)


def _farthest(stays: Callable[[float], bool], reach: float) -> float:
    """Bisect between 0 and the reach; the result itself was seen to be safe."""
    if stays(reach):
        return reach
    safe, unsafe = 0.0, reach
    for _ in range(HALVINGS):
        middle = (safe + unsafe) / 2
        if stays(middle):
            safe = middle
        else:
            unsafe = middle
    return safe


def _pooled(network: nn.Module, pictures: Gray) -> Doubles:
    """Mean and deviation over the picture of every channel of every activation, (n, d)."""
    shape = (SIDE_PX, SIDE_PX)
    found = []
    for first in range(0, len(pictures), _CHUNK):
        part = [
            cv2.resize(p, shape, interpolation=cv2.INTER_AREA) for p in pictures[first:][:_CHUNK]
        ]
        with torch.no_grad():
            maps: list[Tensor] = network(
                torch.from_numpy(as_network_input(np.stack(part)))[:, None]
            )
        stacked = [torch.cat([x.mean((2, 3)), x.std((2, 3))], dim=1) for x in maps]
        found.append(torch.cat(stacked, dim=1).double().numpy())
    return np.concatenate(found)
