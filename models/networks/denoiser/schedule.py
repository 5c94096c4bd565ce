"""How much picture and how much noise there is at a time, and what v says of both.

noisy = α·picture + σ·noise, with α² + σ² = 1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def alpha_sigma(times: Tensor) -> tuple[Tensor, Tensor]:
    """Shares of picture and of noise at times 0 … 1, of the shape of `times`.

    Source: Nichol & Dhariwal 2021, "Improved Denoising Diffusion Probabilistic Models", eq. 17,
        without its offset: v needs no division by σ, so that time may begin at 0 and end at 1.
    """
    return torch.cos(times * math.pi / 2), torch.sin(times * math.pi / 2)


def noised(pictures: Tensor, noise: Tensor, times: Tensor) -> Tensor:
    """Mix pictures (n, C, H, W) with noise of the same shape at times (n,)."""
    alpha, sigma = (share[:, None, None, None] for share in alpha_sigma(times))
    return alpha * pictures + sigma * noise


def velocity(pictures: Tensor, noise: Tensor, times: Tensor) -> Tensor:
    """Return v = α·noise − σ·picture, what the denoiser predicts; shapes as of `noised`."""
    alpha, sigma = (share[:, None, None, None] for share in alpha_sigma(times))
    return alpha * noise - sigma * pictures


def parts_of(noisy: Tensor, v: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
    """Return the picture and the noise that v says a noisy picture is made of.

    Args:
        noisy, v: (n, C, H, W).
        time: scalar, the same for all.
    """
    alpha, sigma = alpha_sigma(time)
    return alpha * noisy - sigma * v, sigma * noisy + alpha * v
