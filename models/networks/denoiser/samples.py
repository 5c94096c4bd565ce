"""Latents of a denoiser."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.networks.denoiser.config import DenoiserConfig


def noise_of(config: DenoiserConfig, seeds: Sequence[int]) -> Tensor:
    """Noise (n, C, R, R), each picture's from its own seed: a seed always gives the same one."""
    shape = (config.img_channels, config.resolution, config.resolution)
    made = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return torch.stack(made)
