"""A data set of a few small pictures and a plan of a tiny run."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from lightning_fabric import Fabric

from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from models.training.gan.config import GanTraining
from models.training.gan.run import Plan
from models.training.parts.augment import AugmentConfig
from models.training.parts.shard import Shard
from models.training.run.limits import RunLimits

SHAPE = {"resolution": 32, "channel_base": 256, "channel_max": 8}


def write_dataset(folder: Path, count: int = 12) -> Path:
    """`count` pictures of 32 px with one black box each."""
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for index in range(count):
        image = np.full((32, 32), 255, np.uint8)
        top, left = rng.integers(2, 20, size=2)
        image[top : top + 8, left : left + 8] = 0
        cv2.imwrite(str(folder / "images" / f"{index:02d}.png"), image)
    return folder


def shard_of(pictures: torch.Tensor) -> Shard:
    """All pictures (n, C, R, R) uint8 as the shard of a run of one process."""
    places = torch.arange(len(pictures))
    names = tuple(str(place) for place in places.tolist())
    return Shard(Fabric(accelerator="cpu", devices=1), pictures, places, names, places)


def tiny_plan(dataset: Path, folder: Path, pictures: int, **changes) -> Plan:
    """A run of batches of four on 32 px with every regulariser on."""
    training = {
        "batch": 4,
        "r1_every": 2,
        "path_weight": 1.0,
        "path_every": 2,
        "decorrelation_weight": 0.01,
        "augment": AugmentConfig(initial_p=0.3, interval=1, kimg=0.1),
    }
    training |= changes.pop("training", {})
    shape = SHAPE | changes.pop("shape", {})
    values = {
        "dataset": dataset,
        "folder": folder,
        "resume": False,
        "start": None,
        "generator": GeneratorConfig(z_dim=8, w_dim=8, mapping_layers=2, **shape),
        "discriminator": DiscriminatorConfig(**shape),
        "training": GanTraining(**training),
        "limits": RunLimits(pictures=pictures),
        "accelerator": "cpu",
        "precision": "32-true",
    }
    return Plan(**(values | changes))


def assert_same(first: Any, second: Any, where: str = "") -> None:
    """Compare nested checkpoints bit by bit."""
    if isinstance(first, dict):
        assert first.keys() == second.keys(), where
        for key in first:
            assert_same(first[key], second[key], f"{where}.{key}")
    elif isinstance(first, list | tuple):
        assert len(first) == len(second), where
        for index, (a, b) in enumerate(zip(first, second, strict=True)):
            assert_same(a, b, f"{where}[{index}]")
    elif isinstance(first, torch.Tensor):
        assert torch.equal(first, second), where
    else:
        assert first == second, where
