"""Samples of a generator: latents, pictures, pixels."""

import numpy as np
import torch
from torch import Tensor

from models.networks.stylegan2.generator import Generator


def to_uint8(pictures: Tensor) -> np.ndarray:
    """(n, C, H, W) float −1 ink … 1 paper to (n, H, W, C) uint8 0 … 255."""
    scaled = ((pictures.float() + 1) * 127.5).round().clamp(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


def fixed_latents(count: int, z_dim: int, seed: int) -> Tensor:
    """(count, z_dim) latents from a generator of their own, so that training is not disturbed."""
    return torch.randn(count, z_dim, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def draw(generator: Generator, latents: Tensor, psi: float = 1.0, batch: int = 16) -> Tensor:
    """Pictures (n, C, H, W) of latents (n, z_dim) with the stored noise, on the CPU."""
    device = generator.mapping.w_avg.device
    parts = [generator(z.to(device), truncation_psi=psi).cpu() for z in latents.split(batch)]
    return torch.cat(parts)
