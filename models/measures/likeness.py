"""How well pictures follow ink, with a gradient. Pixels: float32, -1 ink .. 1 paper."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

REACH_AT_128 = 1
"""Pixels at 128 within which ink must find a line; 3 px at 256 is what evaluation allows."""

DARK_ENOUGH = 0.65
"""Darkness (0 paper .. 1 ink) that counts as a line without doubt; mid-grey is the threshold."""


def darkness(pixels: Tensor) -> Tensor:
    """-1 ink .. 1 paper to 1 ink .. 0 paper."""
    return ((1 - pixels) / 2).clamp(0, 1)


def soft_recall(pictures: Tensor, ink: Tensor) -> Tensor:
    """Share of each ink that finds a dark pixel nearby, with a gradient.

    Args:
        pictures: (n, c, R, R).
        ink: (n, 1, S, S).

    Returns:
        (n,) in 0..1; 1 where there is no ink.
    """
    side = pictures.shape[-1]
    wanted = at_side(darkness(ink), side)
    reach = max(1, round(REACH_AT_128 * side / 128))
    near = F.max_pool2d(
        darkness(pictures).mean(dim=1, keepdim=True), 2 * reach + 1, stride=1, padding=reach
    )
    shortfall = F.relu(DARK_ENOUGH - near) / DARK_ENOUGH
    total = wanted.sum(dim=(1, 2, 3)).clamp_min(1e-3)
    return 1 - (wanted * shortfall).sum(dim=(1, 2, 3)) / total


def coarse_loss(pictures: Tensor, targets: Tensor) -> Tensor:
    """L1 between pictures reduced to 32 px: where the dark parts are."""
    factor = pictures.shape[-1] // 32
    return (F.avg_pool2d(pictures, factor) - F.avg_pool2d(targets, factor)).abs().mean()


def at_side(x: Tensor, side: int) -> Tensor:
    """Bring maps (n, c, S, S) to another side; where they shrink, the largest value stays."""
    if x.shape[-1] == side:
        return x
    if x.shape[-1] > side:
        return F.adaptive_max_pool2d(x, side)
    return F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
