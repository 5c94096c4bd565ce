"""A small network that says where the landmarks of a drawn head are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exhibit.contract.values import Doubles, Gray
from models.collection.dataset import data_sha256
from models.directions.factorial import pictures_of, read_cells
from models.saved.checkpoint import LANDMARKS
from models.sheets import contact_sheet
from models.sketches.raster import as_network_input
from models.structure.landmarks import read_landmarks
from models.structure.learning import Lesson, read_learnt

SIDE_PX = 64
HELD_OUT = 0.15
"""Share of the people whom the network never sees."""
_WIDTH, _GROUPS, _BATCH = 24, 8, 128
_SHIFT, _SCALE, _BLUR_CHANCE, _NOISE = 0.06, 0.1, 0.5, 0.05
_SHOWN, _SHOWN_PX = 24, 192


class LandmarkNetwork(nn.Module):
    """A U-Net whose maps, one a landmark, are read at their centre of mass.

    Source: Sun et al. 2018, "Integral Human Pose Regression".
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)
        w = _WIDTH
        self.first = _layer(1, w, 2)
        self.second = _layer(w, 2 * w, 2)
        self.third = nn.Sequential(_layer(2 * w, 4 * w, 2), _layer(4 * w, 4 * w, 1))
        self.back = _layer(6 * w, 2 * w, 1)
        self.last = _layer(3 * w, 2 * w, 1)
        self.maps = nn.Conv2d(2 * w, len(names), 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 1, 64, 64), -1 ink .. 1 paper, to x and y in shares of the side: (n, 2, P)."""
        half = self.first(pictures)
        quarter = self.second(half)
        deep = F.interpolate(self.third(quarter), scale_factor=2.0)
        deep = F.interpolate(self.back(torch.cat([deep, quarter], dim=1)), scale_factor=2.0)
        maps = self.maps(self.last(torch.cat([deep, half], dim=1)))
        chances = maps.flatten(2).softmax(dim=2).unflatten(2, maps.shape[2:])
        places = (torch.arange(maps.shape[-1], device=maps.device) + 0.5) / maps.shape[-1]
        return torch.stack([chances.sum(dim=2) @ places, chances.sum(dim=3) @ places], dim=1)


def located(network: LandmarkNetwork, pictures: Gray | Sequence[Gray]) -> Doubles:
    """Find the landmarks of pictures (n, R, R) uint8: (n, 2, P) in shares of the side."""
    with torch.no_grad():
        parts = [network(part) for part in _tensor(pictures).split(_BATCH)]
    return np.asarray(torch.cat(parts).numpy(), np.float64)


def landmark_lesson(dataset: Path) -> tuple[Lesson, Gray, Doubles]:
    """Landmarks of composed heads, learnt from where they were drawn.

    Args:
        dataset: of `models collection portraits --factors`.

    Returns:
        The lesson on all people but the last, and those people's pictures (n, 64, 64) and
        landmarks (n, 2, P), to measure it on.
    """
    cells = read_cells(dataset)
    truth = read_landmarks(dataset, cells)
    pictures = pictures_of(cells, dataset, SIDE_PX)
    people = cells.files.shape[0]
    seen = (people - max(1, round(HELD_OUT * people))) * (len(pictures) // people)
    inputs = _tensor(pictures[:seen])
    points = torch.from_numpy(truth.points[:seen, :2]).float()

    def loss(network: LandmarkNetwork, chosen: Tensor) -> dict[str, Tensor]:
        shown, true = varied(inputs[chosen], points[chosen])
        return {"loss": 100 * (network(shown) - true).norm(dim=1).mean()}

    lesson = Lesson(
        form=LANDMARKS,
        about={"names": list(truth.names)},
        data={"name": dataset.name, "pictures": seen, "sha256": data_sha256(dataset)},
        make=lambda: LandmarkNetwork(truth.names),
        count=seen,
        loss=loss,
        show=lambda network: marked(pictures[seen:], located(network, pictures[seen:])),
    )
    return lesson, pictures[seen:], truth.points[seen:, :2]


def load_landmark_network(path: Path) -> LandmarkNetwork:
    """Read a network of `models structure landmarks`; raises CheckpointError for anything else."""

    def make(about: dict[str, Any]) -> LandmarkNetwork:
        return LandmarkNetwork(about["names"])

    network = read_learnt(path, LANDMARKS, make)
    assert isinstance(network, LandmarkNetwork)
    return network


def distances(found: Doubles, true: Doubles) -> Doubles:
    """Mean distance of each landmark (P,) from the truth, both (n, 2, P), in % of the side."""
    return np.asarray(100 * np.linalg.norm(found - true, axis=1).mean(axis=0), np.float64)


def varied(pictures: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """Shift and scale each picture a little with its landmarks; blur some, add noise.

    Args:
        pictures: (n, 1, S, S), -1 ink .. 1 paper.
        points: (n, 2, P) in shares of the side.
    """
    n = len(pictures)
    scale = 1 + _SCALE * (2 * torch.rand(n) - 1)
    shift = 2 * _SHIFT * (2 * torch.rand(n, 2) - 1)
    placed = torch.cat([torch.diag_embed(scale[:, None].expand(-1, 2)), shift[:, :, None]], dim=2)
    grid = F.affine_grid(placed, list(pictures.shape), align_corners=False)
    ink = F.grid_sample((1 - pictures) / 2, grid, align_corners=False)
    blurred = F.avg_pool2d(ink, 3, 1, 1)
    ink = torch.where(torch.rand(n, 1, 1, 1) < _BLUR_CHANCE, blurred, ink)
    moved = (2 * points - 1 - shift[:, :, None]) / scale[:, None, None]
    return 1 - 2 * ink + _NOISE * torch.randn(pictures.shape), (moved + 1) / 2


def marked(pictures: Gray | Sequence[Gray], points: Doubles) -> Gray:
    """Draw the landmarks (n, 2, P) of pictures, evenly chosen ones: a sheet (H, W, 3), RGB."""
    chosen = np.linspace(0, len(pictures) - 1, min(_SHOWN, len(pictures))).round().astype(int)
    tiles = []
    for index in chosen:
        large = cv2.resize(pictures[index], (_SHOWN_PX, _SHOWN_PX), interpolation=cv2.INTER_CUBIC)
        tile = cv2.cvtColor(large, cv2.COLOR_GRAY2RGB)
        for x, y in points[index].T * _SHOWN_PX:
            cv2.circle(tile, (round(x), round(y)), 3, (220, 30, 30), cv2.FILLED, cv2.LINE_AA)
        tiles.append(tile)
    return np.stack([contact_sheet([tile[..., c] for tile in tiles], 8) for c in range(3)], axis=-1)


def _tensor(pictures: Gray | Sequence[Gray]) -> Tensor:
    shape = (SIDE_PX, SIDE_PX)
    sized = [cv2.resize(picture, shape, interpolation=cv2.INTER_AREA) for picture in pictures]
    return torch.from_numpy(as_network_input(np.stack(sized)))[:, None]


def _layer(before: int, after: int, stride: int) -> nn.Module:
    convolution = nn.Conv2d(before, after, 3, stride, 1, bias=False)
    return nn.Sequential(convolution, nn.GroupNorm(_GROUPS, after), nn.ReLU())
