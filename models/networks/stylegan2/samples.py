"""Samples of a generator: latents and pictures."""

import torch
from torch import Tensor

from models.networks.stylegan2.generator import Generator


def fixed_latents(count: int, z_dim: int, seed: int) -> Tensor:
    """(count, z_dim) latents from a generator of their own, so that training is not disturbed."""
    return torch.randn(count, z_dim, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def draw(generator: Generator, latents: Tensor, psi: float = 1.0, batch: int = 16) -> Tensor:
    """Pictures (n, C, H, W) of latents (n, z_dim) with the stored noise, on the CPU."""
    device = generator.mapping.w_avg.device
    parts = [generator(z.to(device), truncation_psi=psi).cpu() for z in latents.split(batch)]
    return torch.cat(parts)
