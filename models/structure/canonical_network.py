"""How a drawing stands, and its upright form: a spatial-transformer autoencoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exhibit.contract.values import Gray
from models.collection.dataset import data_sha256
from models.collection.pictures import load_pictures
from models.saved.checkpoint import CANONICAL
from models.sheets import contact_sheet
from models.structure.learning import Lesson, read_learnt
from models.structure.poses import Pose, inverse, matrices, random_poses

SIDE_PX = 32
HELD_OUT = 0.15
"""Share of the drawings that the network never sees."""
SWAP = 0.5
_WIDTH, _GROUPS, _CODE = 16, 8, 64
_CENTRE_WEIGHT = 0.01
_SCALES = (1, 2, 4)
_REACH = (0.5, 0.5, 0.7, 0.7)
"""Largest shift in half sides, log scale and slope of the slant that a pose may have."""


class CanonicalNetwork(nn.Module):
    """A pose of four numbers, and a canonical map that is drawn from a short code.

    Source: "Semantic and localized representation learning", section 3.2, whose warp of faces is
        here what a flat drawing can do: shift, scale and slant (Jaderberg et al. 2015).
    """

    def __init__(self) -> None:
        super().__init__()
        w = _WIDTH
        self.stand = nn.Sequential(
            *(_down(1, w), _down(w, 2 * w), _down(2 * w, 4 * w), _down(4 * w, 4 * w)),
            nn.Flatten(),
            nn.Linear(4 * w * 4, 128),
            nn.ReLU(),
            nn.Linear(128, len(_REACH)),
        )
        self.tell = nn.Sequential(
            *(_down(1, w), _down(w, 2 * w), _down(2 * w, 4 * w)),
            nn.Flatten(),
            nn.Linear(4 * w * 16, _CODE),
        )
        self.draw = nn.Sequential(
            nn.Linear(_CODE, 4 * w * 16),
            nn.Unflatten(1, (4 * w, 4, 4)),
            *(_up(4 * w, 4 * w), _up(4 * w, 2 * w), _up(2 * w, w)),
            nn.Conv2d(w, 1, 3, 1, 1),
            nn.Sigmoid(),
        )
        # The first pose is none: a drawing begins where it stands.
        last = self.stand[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def pose(self, ink: Tensor) -> Pose:
        """How drawings (n, 1, 32, 32), 0 paper .. 1 ink, stand: (n, 4)."""
        return self.stand(ink).tanh() * torch.tensor(_REACH)

    def form(self, canonical: Tensor) -> Tensor:
        """Draw canonical maps (n, 1, 32, 32) again from a short code of each."""
        return self.draw(self.tell(canonical))


def upright(ink: Tensor, pose: Pose) -> Tensor:
    """Take poses out of drawings (n, 1, S, S): their canonical maps."""
    grid = F.affine_grid(matrices(pose), list(ink.shape), align_corners=False)
    return F.grid_sample(ink, grid, align_corners=False)


def placed(canonical: Tensor, pose: Pose) -> Tensor:
    """Lay canonical maps (n, 1, S, S) out as poses have them: a point p comes to lie at A·p + t."""
    return upright(canonical, inverse(pose))


def mutual_loss(network: CanonicalNetwork, first: Tensor, second: Tensor, swap: float) -> Tensor:
    """How badly two views of each drawing are drawn again, with canonical forms swapped by chance.

    Args:
        network: whose forms and poses.
        first, second: (n, 1, 32, 32) ink, the same drawings standing in two ways.
        swap: ε, the chance that each of a pair is drawn from the other's form. Only then must the
            form say nothing of how its drawing stands.

    Returns:
        Mean squared difference at three scales, and a small weight that holds the mean pose at
        none: what stands upright would be free.
    """
    views = (first, second)
    poses = [network.pose(view) for view in views]
    forms = [network.form(upright(view, pose)) for view, pose in zip(views, poses, strict=True)]
    swapped = torch.rand(len(first), 1, 1, 1) < swap
    mixed = torch.where(swapped, forms[1], forms[0]), torch.where(swapped, forms[0], forms[1])
    loss = _CENTRE_WEIGHT * torch.cat(poses).mean(dim=0).square().sum()
    for view, form, pose in zip(views, mixed, poses, strict=True):
        left = placed(form, pose) - view
        loss = loss + sum(F.avg_pool2d(left, scale).square().mean() for scale in _SCALES)
    return loss


def canonical_lesson(dataset: Path, swap: float) -> tuple[Lesson, Tensor]:
    """Poses and forms of a collection, learnt from two views of each drawing at a time.

    Args:
        dataset: any folder of square pictures.
        swap: see `mutual_loss`.

    Returns:
        The lesson on all drawings but some, and these as ink (n, 1, 32, 32).
    """
    seen, held_out = apart(read_ink(dataset))

    def loss(network: CanonicalNetwork, chosen: Tensor) -> dict[str, Tensor]:
        first, second = (placed(seen[chosen], random_poses(len(chosen))) for _ in range(2))
        return {"loss": mutual_loss(network, first, second, swap)}

    lesson = Lesson(
        form=CANONICAL,
        about={"swap": swap},
        data={"name": dataset.name, "pictures": len(seen), "sha256": data_sha256(dataset)},
        make=CanonicalNetwork,
        count=len(seen),
        loss=loss,
        show=lambda network: forms_sheet(network, held_out),
    )
    return lesson, held_out


def apart(ink: Tensor) -> tuple[Tensor, Tensor]:
    """Drawings (n, 1, S, S) that are learnt from, and those that are not; always the same ones."""
    order = torch.randperm(len(ink), generator=torch.Generator().manual_seed(0))
    seen = len(ink) - max(1, round(HELD_OUT * len(ink)))
    return ink[order[:seen]], ink[order[seen:]]


def read_ink(dataset: Path) -> Tensor:
    """Drawings of a data set as ink (n, 1, 32, 32), 0 paper .. 1."""
    return 1 - load_pictures(dataset, SIDE_PX, 1).pictures.float() / 255


def load_canonical(path: Path) -> CanonicalNetwork:
    """Read a network of `models structure canonical`; raises CheckpointError for anything else."""

    def make(_: dict[str, Any]) -> CanonicalNetwork:
        return CanonicalNetwork()

    network = read_learnt(path, CANONICAL, make)
    assert isinstance(network, CanonicalNetwork)
    return network


@torch.no_grad()
def forms_sheet(network: CanonicalNetwork, ink: Tensor, columns: int = 8) -> Gray:
    """Show some drawings, each as it is and moved: the view, its map, its form drawn again.

    Args:
        network: whose maps and forms.
        ink: (n, 1, 32, 32).
        columns: how many drawings.

    Returns:
        (H, W) uint8; three rows of the views as they are, then three of the moved ones.
    """
    some = ink[np.linspace(0, len(ink) - 1, min(columns, len(ink))).round().astype(int)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        other = placed(some, random_poses(len(some)))
    rows: list[Tensor] = []
    for view in (some, other):
        canonical = upright(view, network.pose(view))
        rows += [view, canonical, network.form(canonical)]
    large = F.interpolate(torch.cat(rows), scale_factor=3.0)
    return contact_sheet(as_pictures(large), len(some))


def as_pictures(ink: Tensor) -> Sequence[Gray]:
    """Ink (n, 1, S, S) as grey pictures (S, S) uint8."""
    levels = (255 * (1 - ink[:, 0].clamp(0, 1))).round().to(torch.uint8)
    return list(levels.numpy())


def _down(before: int, after: int) -> nn.Module:
    convolution = nn.Conv2d(before, after, 3, 2, 1, bias=False)
    return nn.Sequential(convolution, nn.GroupNorm(_GROUPS, after), nn.ReLU())


def _up(before: int, after: int) -> nn.Module:
    return nn.Sequential(
        nn.Upsample(scale_factor=2),
        nn.Conv2d(before, after, 3, 1, 1, bias=False),
        nn.GroupNorm(_GROUPS, after),
        nn.ReLU(),
    )
