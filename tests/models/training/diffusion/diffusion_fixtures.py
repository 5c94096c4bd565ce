"""A plan of a tiny run of a denoiser."""

from __future__ import annotations

from pathlib import Path

from models.networks.denoiser.config import DenoiserConfig
from models.training.diffusion.config import DiffusionTraining
from models.training.diffusion.run import DiffusionPlan
from models.training.run.limits import RunLimits
from tests.models.networks.denoiser.tiny import SHAPE


def tiny_diffusion(dataset: Path, folder: Path, pictures: int, **changes) -> DiffusionPlan:
    """A run of batches of four on 16 px."""
    training = {"batch": 4, "warm_up": 8} | changes.pop("training", {})
    values = {
        "dataset": dataset,
        "folder": folder,
        "resume": False,
        "start": None,
        "denoiser": DenoiserConfig(**SHAPE),
        "training": DiffusionTraining(**training),
        "limits": RunLimits(pictures=pictures),
        "accelerator": "cpu",
        "precision": "32-true",
    }
    return DiffusionPlan(**(values | changes))
