"""How well different ways tell how drawings stand, against moves that are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.structure.canonical_network import (
    CanonicalNetwork,
    as_pictures,
    placed,
    upright,
)
from models.structure.poses import (
    Pose,
    partly_hidden,
    pose_by_moments,
    pose_errors,
    random_poses,
)

COMPONENTS = 10
Row = dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A way to tell poses (n, 4) of drawings (n, 1, 32, 32) ink."""

    name: str
    pose: Callable[[Tensor], Pose]


def ways(networks: dict[str, CanonicalNetwork]) -> list[Way]:
    """No way at all, moments, and networks by name."""
    plain = [
        Way("not told", lambda ink: torch.zeros(len(ink), 4)),
        Way("moments", lambda ink: pose_by_moments(as_pictures(ink))),
    ]
    return plain + [Way(name, network.pose) for name, network in networks.items()]


@torch.no_grad()
def compared(way: Way, ink: Tensor, seed: int = 0) -> Row:
    """Move drawings as is known, and ask how they stand before and after.

    Args:
        way: is asked.
        ink: (n, 1, 32, 32).
        seed: of the moves.

    Returns:
        Errors of whole drawings; of ones whose moved view is partly hidden; and `alike`, the share
        of the variance of all canonical maps that ten principal components hold, at one mean size.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        known = random_poses(len(ink))
    after = placed(ink, known)
    hidden = torch.stack([_ink(picture) for picture in partly_hidden(as_pictures(after))])
    before, told = way.pose(ink), way.pose(after)
    row = pose_errors(before, told, known)
    row |= {
        f"{name}, hidden": error
        for name, error in pose_errors(before, way.pose(hidden), known).items()
    }
    return row | {"alike": alike(after, told)}


def alike(ink: Tensor, pose: Pose) -> float:
    """Share of the variance of canonical maps (n, 1, 32, 32) in ten principal components."""
    level = pose.clone()
    # How large the mean map is would decide alone: small drawings are alike.
    level[:, 2] -= level[:, 2].mean()
    maps = upright(ink, level).flatten(1)
    values = torch.linalg.svdvals(maps - maps.mean(dim=0)).square()
    return float(values[:COMPONENTS].sum() / values.sum())


def _ink(picture: object) -> Tensor:
    return 1 - torch.as_tensor(picture)[None].float() / 255
