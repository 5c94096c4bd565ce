"""A denoiser small enough for explicit matrices, whose every layer says something."""

from __future__ import annotations

import torch

from models.networks.denoiser.config import DenoiserConfig
from models.networks.denoiser.unet import Denoiser

SHAPE = {"resolution": 16, "channels": (16, 16), "blocks": (1, 1), "embedding": 16, "heads": 2}


def tiny_denoiser(seed: int = 0, spread: float = 0.5) -> Denoiser:
    """Untrained; layers that begin at zero are drawn with `spread` of their usual deviation."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Denoiser(DenoiserConfig(**SHAPE))
        for layer in network.modules():
            if isinstance(layer, torch.nn.Conv2d) and not layer.weight.any():
                deviation = spread * layer.weight[0].numel() ** -0.5
                torch.nn.init.normal_(layer.weight, std=deviation)
    return network.eval().requires_grad_(False)
