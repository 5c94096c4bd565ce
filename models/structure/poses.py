"""How a flat drawing stands: shift, scale and slant, which form a group.

A pose is four numbers (t_x, t_y, ℓ, k): a point c of the upright drawing lies at A·c + t, with
A = e^ℓ·[[1, −k], [0, 1]], x to the right and y down from the middle, in halves of the side. k is
the slope of the slant: positive leans to the right.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import Tensor

from exhibit.contract.values import Gray
from models.directions.canonical import SPREAD, standing

Pose = Tensor
"""(n, 4) float32."""
SHIFT, LOG_SCALE, SLOPE = 0.3, 0.3, 0.36
"""Known poses are drawn evenly up to these: 15 % of the side, a factor of 1.35, 20 degrees."""
_HIDDEN = 0.2
"""Share of the side, from the right end of the ink, that is covered of a partly hidden drawing."""


def matrices(pose: Pose) -> Tensor:
    """A and t as (n, 2, 3)."""
    x, y, log_scale, slope = pose.T
    scale, zero = log_scale.exp(), torch.zeros_like(x)
    rows = [torch.stack([scale, -scale * slope, x], dim=1), torch.stack([zero, scale, y], dim=1)]
    return torch.stack(rows, dim=1)


def then(first: Pose, second: Pose) -> Pose:
    """Stand as `first` says, then be moved as `second` says."""
    a = matrices(second)
    shift = (a[:, :, :2] @ first[:, :2, None])[..., 0] + a[:, :, 2]
    return torch.cat([shift, first[:, 2:] + second[:, 2:]], dim=1)


def inverse(pose: Pose) -> Pose:
    """What undoes a pose."""
    back = torch.cat([torch.zeros_like(pose[:, :2]), -pose[:, 2:]], dim=1)
    shift = (matrices(back)[:, :, :2] @ -pose[:, :2, None])[..., 0]
    return torch.cat([shift, back[:, 2:]], dim=1)


def random_poses(count: int) -> Pose:
    """Draw poses evenly, by torch's random numbers."""
    return (2 * torch.rand(count, 4) - 1) * torch.tensor([SHIFT, SHIFT, LOG_SCALE, SLOPE])


def pose_by_moments(pictures: Sequence[Gray]) -> Pose:
    """How drawings (R, R) stand by the moments of their ink, as `canonical_map` takes them."""
    rows = []
    for picture in pictures:
        x, y, spread, slant = standing(picture)
        log_scale = np.log(max(spread, 1e-6) / SPREAD)
        rows.append([2 * x - 1, 2 * y - 1, log_scale, np.tan(np.radians(slant))])
    return torch.tensor(rows, dtype=torch.float32)


def pose_errors(before: Pose, after: Pose, known: Pose) -> dict[str, float]:
    """How far told poses are from the known move between them.

    Args:
        before: told of drawings as they are.
        after: told of the moved ones.
        known: how they were moved.

    Returns:
        Root mean square errors: of the shift in % of the side, of the scale in %, of the slant in
        degrees.
    """
    wanted = then(before, known)
    apart = after - wanted
    slants = torch.atan(after[:, 3] - before[:, 3]) - torch.atan(known[:, 3])
    return {
        "shift %": _rms(50 * apart[:, :2].norm(dim=1)),
        "scale %": _rms(100 * (apart[:, 2].exp() - 1)),
        "slant deg": _rms(torch.rad2deg(slants)),
    }


def partly_hidden(pictures: Sequence[Gray]) -> list[Gray]:
    """Cover a fifth of the side of each picture, from the right end of its ink."""
    found = []
    for picture in pictures:
        columns = np.flatnonzero((picture < 128).any(axis=0))
        covered = picture.copy()
        if len(columns):
            last = int(columns[-1]) + 1
            first = last - round(_HIDDEN * picture.shape[1])
            cv2.rectangle(covered, (max(first, 0), 0), (last, len(picture)), 255, cv2.FILLED)
        found.append(covered)
    return found


def _rms(values: Tensor) -> float:
    return float(values.square().mean().sqrt())
