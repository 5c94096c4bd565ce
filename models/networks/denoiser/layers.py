"""Parts of the U-Net: what it is told of the time, residual blocks, attention."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from models.networks.denoiser.config import GROUP_CHANNELS

_STEPS = 1000.0
"""Times 0 to 1 are told as if there were so many steps, as the published networks count them."""
_SLOWEST = 10_000.0


def norm(channels: int) -> nn.GroupNorm:
    """Normalise groups of channels; `channels` is a multiple of the group's."""
    return nn.GroupNorm(channels // GROUP_CHANNELS, channels)


def conv(inputs: int, outputs: int, side: int = 3, stride: int = 1) -> nn.Conv2d:
    """A convolution that keeps the side, or divides it by the stride."""
    return nn.Conv2d(inputs, outputs, side, stride, padding=side // 2)


def zeroed(layer: nn.Conv2d) -> nn.Conv2d:
    """Begin a layer at zero, so that what it is added to begins as it is."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer


class TimeEmbedding(nn.Module):
    """Tell all blocks of the time.

    Source: Vaswani et al. 2017 (sines), Ho et al. 2020 (for a denoiser).
    """

    frequencies: Tensor

    def __init__(self, length: int) -> None:
        super().__init__()
        half = length // 2
        self.register_buffer(
            "frequencies",
            torch.exp(-math.log(_SLOWEST) * torch.arange(half) / half),
            persistent=False,
        )
        self.layers = nn.Sequential(
            nn.Linear(2 * half, length), nn.SiLU(), nn.Linear(length, length)
        )

    def forward(self, times: Tensor) -> Tensor:
        """Embed times (n,), 0 picture … 1 noise: (n, length)."""
        angles = _STEPS * times[:, None] * self.frequencies
        return self.layers(torch.cat([angles.sin(), angles.cos()], dim=1))


class ResidualBlock(nn.Module):
    """Two convolutions beside a short cut, scaled and shifted by the time.

    Source: Dhariwal & Nichol 2021, "Diffusion Models Beat GANs on Image Synthesis", section 3.
    """

    def __init__(self, inputs: int, outputs: int, embedding: int) -> None:
        super().__init__()
        self.norm_in, self.conv_in = norm(inputs), conv(inputs, outputs)
        self.told = nn.Linear(embedding, 2 * outputs)
        self.norm_out, self.conv_out = norm(outputs), zeroed(conv(outputs, outputs))
        self.short: nn.Module = nn.Identity() if inputs == outputs else conv(inputs, outputs, 1)

    def forward(self, x: Tensor, embedded: Tensor) -> Tensor:
        """Maps (n, inputs, s, s) and (n, embedding) to (n, outputs, s, s)."""
        y = self.conv_in(silu(self.norm_in(x)))
        scale, shift = self.told(embedded)[:, :, None, None].chunk(2, dim=1)
        y = self.conv_out(silu(self.norm_out(y) * (1 + scale) + shift))
        return self.short(x) + y


class Attention(nn.Module):
    """Every place of a map looks at every other, beside a short cut.

    Written out rather than called as one kernel, which has no forward derivative.
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = norm(channels)
        self.asked = conv(channels, 3 * channels, 1)
        self.out = zeroed(conv(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (n, channels, s, s) to the same."""
        n, channels, side, _ = x.shape
        split = self.asked(self.norm(x)).reshape(n, 3, self.heads, channels // self.heads, -1)
        query, key, value = split.unbind(dim=1)
        weights = (query.transpose(2, 3) @ key / math.sqrt(key.shape[2])).softmax(dim=-1)
        seen = value @ weights.transpose(2, 3)
        return x + self.out(seen.reshape(n, channels, side, side))
