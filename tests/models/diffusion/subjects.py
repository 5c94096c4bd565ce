"""A tiny denoiser to look for directions in, and its samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import Walk, walk
from models.saved.checkpoint import DENOISER, write_checkpoint
from tests.models.networks.denoiser.tiny import tiny_denoiser


def tiny_subject(**changes) -> DenoiserSubject:
    """Four steps; h has 16 × 4 × 4 numbers."""
    values = {"network": tiny_denoiser(), "checkpoint": "0" * 64, "steps": 4, "count": 3}
    return DenoiserSubject(**(values | changes))


def tiny_walk(subject: DenoiserSubject, samples: int = 20) -> Walk:
    """Samples of the subject's seed."""
    return walk(subject, samples)


def write_denoiser(path: Path) -> Path:
    """A checkpoint as models train-diffusion writes it."""
    network = tiny_denoiser()
    saved = {
        "denoiser_config": network.config.to_dict(),
        "ema": network.state_dict(),
        "card": {"data": {"name": "drawings"}},
        "pictures_seen": 0,
        "pictures_before": 0,
    }
    write_checkpoint(path, DENOISER, saved)
    return path


def corner(side: int = 16) -> np.ndarray:
    """The upper left quarter of a picture."""
    region = np.zeros((side, side), np.bool_)
    region[: side // 2, : side // 2] = True
    return region
