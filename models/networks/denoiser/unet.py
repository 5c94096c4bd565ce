"""The denoiser: a U-Net whose bottleneck, h-space, lies open between its two halves."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, pixel_shuffle, pixel_unshuffle, silu

from models.networks.denoiser.config import DenoiserConfig
from models.networks.denoiser.layers import (
    Attention,
    ResidualBlock,
    TimeEmbedding,
    conv,
    norm,
    zeroed,
)


@dataclass(frozen=True, slots=True, eq=False)
class Halfway:
    """What the way down found of noisy pictures.

    Args:
        h: (n, C, side, side), the bottleneck.
        skips: what the way up takes beside it, fine to coarse.
        embedded: (n, embedding), what blocks are told of the time.
    """

    h: Tensor
    skips: tuple[Tensor, ...]
    embedded: Tensor


class Denoiser(nn.Module):
    """Predicts v of noisy pictures: α·noise − σ·picture.

    Source: Ronneberger et al. 2015 (U-Net); Ho et al. 2020 (denoiser); Salimans & Ho 2022,
        "Progressive Distillation", section 4 (v); Kwon et al. 2023, "Diffusion Models Already Have
        a Semantic Latent Space" (h-space).
    """

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        self.config = config
        widths, embedding = config.channels, config.embedding
        pixels = config.img_channels * config.patch**2
        self.time = TimeEmbedding(embedding)
        self.first = conv(pixels, widths[0])
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        self.up, self.join = nn.ModuleList(), nn.ModuleList()
        for level, (width, count) in enumerate(zip(widths, config.blocks, strict=True)):
            blocks = [ResidualBlock(width, width, embedding) for _ in range(count)]
            self.down.append(nn.ModuleList(blocks))
            beyond = widths[min(level + 1, len(widths) - 1)]
            self.shrink.append(
                conv(width, beyond, 3, 2) if level + 1 < len(widths) else nn.Identity()
            )
            rises = [
                ResidualBlock(2 * width if index == 0 else width, width, embedding)
                for index in range(count)
            ]
            self.up.append(nn.ModuleList(rises))
            self.join.append(conv(beyond, width, 1) if level + 1 < len(widths) else nn.Identity())
        self.middle = nn.ModuleList(
            [ResidualBlock(widths[-1], widths[-1], embedding), Attention(widths[-1], config.heads)]
        )
        self.last_norm, self.last = norm(widths[0]), zeroed(conv(widths[0], pixels))

    def forward(self, noisy: Tensor, times: Tensor) -> Tensor:
        """Predict v.

        Args:
            noisy: (n, img_channels, resolution, resolution).
            times: (n,), 0 picture … 1 noise.

        Returns:
            The shape of `noisy`.
        """
        halfway = self.to_h(noisy, times)
        return self.from_h(halfway.h, halfway)

    def to_h(self, noisy: Tensor, times: Tensor) -> Halfway:
        """Go down to the bottleneck; arguments as of `forward`."""
        config = self.config
        expected = (config.img_channels, config.resolution, config.resolution)
        if noisy.shape[1:] != expected:
            raise ValueError(f"pictures of shape {tuple(noisy.shape[1:])}, expected {expected}")
        embedded = silu(self.time(times))
        x = self.first(pixel_unshuffle(noisy, config.patch))
        skips = []
        for blocks, shrink in zip(self.down, self.shrink, strict=True):
            for block in blocks:  # type: ignore[attr-defined]
                x = block(x, embedded)
            skips.append(x)
            x = shrink(x)
        block, attention = self.middle
        return Halfway(attention(block(x, embedded)), tuple(skips), embedded)

    def from_h(self, h: Tensor, halfway: Halfway) -> Tensor:
        """Go up from a bottleneck, as found or changed: v, as `forward` returns it.

        Args:
            h: (n, C, side, side).
            halfway: whose skips and time; its own h is not looked at.
        """
        x = h
        for level in reversed(range(len(self.up))):
            if level + 1 < len(self.up):
                x = interpolate(self.join[level](x), scale_factor=2.0, mode="nearest")
            x = torch.cat([x, halfway.skips[level]], dim=1)
            for block in self.up[level]:  # type: ignore[attr-defined]
                x = block(x, halfway.embedded)
        return pixel_shuffle(self.last(silu(self.last_norm(x))), self.config.patch)
