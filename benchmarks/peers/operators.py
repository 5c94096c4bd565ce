"""Plain PyTorch in the place of `models.stylegan2.op`, which compiles CUDA code when imported.

The same functions under the names that the authors' networks ask for, written anew.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NAME = "models.stylegan2.op"
"""Of the module that this one stands in for."""


def fused_leaky_relu(
    x: Tensor, bias: Tensor, negative_slope: float = 0.2, scale: float = math.sqrt(2.0)
) -> Tensor:
    """Add a bias to each channel of (n, C, ...), then leaky ReLU times `scale`."""
    bias = bias.reshape(1, -1, *[1] * (x.ndim - 2))
    return F.leaky_relu(x + bias, negative_slope) * scale


class FusedLeakyReLU(nn.Module):
    """`fused_leaky_relu` with a bias of its own."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, ...) to the same shape."""
        return fused_leaky_relu(x, self.bias)


def upfirdn2d(
    x: Tensor, kernel: Tensor, up: int = 1, down: int = 1, pad: tuple[int, int] = (0, 0)
) -> Tensor:
    """Put zeros between pixels, pad, filter and keep every `down`-th pixel.

    Args:
        x: (n, C, H, W).
        kernel: (h, w), of a convolution.
        up: as many pixels for each; those that are new are 0.
        down: of as many pixels one is kept.
        pad: zeros before and after, along both axes; below 0 takes pixels away.
    """
    channels = x.shape[1]
    if up > 1:
        spread = x.new_zeros(*x.shape[:2], x.shape[2] * up, x.shape[3] * up)
        spread[:, :, ::up, ::up] = x
        x = spread
    weight = kernel.flip(0, 1)[None, None].expand(channels, 1, -1, -1)
    return F.conv2d(F.pad(x, (*pad, *pad)), weight, stride=down, groups=channels)
