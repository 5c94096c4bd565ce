"""Drawings without symmetry, as ink."""

import torch


def drawings(count: int = 6) -> torch.Tensor:
    """Smooth asymmetric blots in the middle: (n, 1, 32, 32)."""
    y, x = torch.meshgrid(*(torch.linspace(-1, 1, 32),) * 2, indexing="ij")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        centres = 0.3 * torch.randn(count, 4, 2, 1, 1)
    near = torch.exp(-((x - centres[:, :, 0]) ** 2 + (y - centres[:, :, 1]) ** 2) / 0.02)
    return near.sum(dim=1, keepdim=True).clamp(max=1)
