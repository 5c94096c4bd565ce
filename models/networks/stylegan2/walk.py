"""A smooth way through codes."""

import torch
from torch import Tensor


def closed_walk(stops: Tensor, frames: int) -> Tensor:
    """Walk through codes and back to the first without a corner.

    Args:
        stops: (k, ...) codes, k >= 3.
        frames: number of positions on the whole loop.

    Returns:
        (frames, ...) codes, equally spaced in the parameter; the last leads into the first.

    Source: Catmull and Rom 1974 (interpolating cubic spline), closed.
    """
    count = stops.shape[0]
    at = torch.arange(frames) * (count / frames)
    index = at.floor().long()
    t = (at - index).reshape(-1, *[1] * (stops.ndim - 1))
    before, here, there, beyond = (stops[(index + step) % count] for step in (-1, 0, 1, 2))
    return 0.5 * (
        2 * here
        + (there - before) * t
        + (2 * before - 5 * here + 4 * there - beyond) * t**2
        + (3 * here - before - 3 * there + beyond) * t**3
    )
