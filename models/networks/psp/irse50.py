"""The published pSp encoder: IR-SE-50 backbone, feature pyramid, one style block a code.

Parameter names follow the published PyTorch release, so that its checkpoints load unchanged.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.psp.config import EncoderConfig

PYRAMID_CHANNELS = 512
STAGES = ((64, 64, 3), (64, 128, 4), (128, 256, 14), (256, 512, 3))
"""(channels in, channels out, blocks) of each stage; the first block of each halves the side."""
FINE_AT, MEDIUM_AT, COARSE_AT = 6, 20, 23
"""Blocks after which the pyramid branches off."""


class SqueezeExcite(nn.Module):
    """Weigh channels by what all of the picture says. Source: Hu et al. 2018."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, H, W) to the same shape."""
        weights = self.fc2(F.relu(self.fc1(x.mean(dim=(2, 3), keepdim=True))))
        return x * torch.sigmoid(weights)


class Bottleneck(nn.Module):
    """Improved residual block with squeeze-and-excitation. Source: Deng et al. 2019 (ArcFace)."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        if in_channels == channels:
            self.shortcut_layer: nn.Module = nn.MaxPool2d(1, stride)
        else:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(in_channels),
            nn.Conv2d(in_channels, channels, 3, 1, 1, bias=False),
            nn.PReLU(channels),
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            SqueezeExcite(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, H, W) to (n, C', H / stride, W / stride)."""
        return self.res_layer(x) + self.shortcut_layer(x)


class EqualLinear(nn.Module):
    """Linear layer with equalised learning rate, published names."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features, features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.scale = 1 / math.sqrt(features)

    def forward(self, x: Tensor) -> Tensor:
        """(n, features) to the same shape."""
        return F.linear(x, self.weight * self.scale, self.bias)


class StyleBlock(nn.Module):
    """map2style: halve a map until one pixel is left, then a linear layer."""

    def __init__(self, in_channels: int, w_dim: int, side: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for index in range(int(math.log2(side))):
            layers += [
                nn.Conv2d(in_channels if index == 0 else w_dim, w_dim, 3, stride=2, padding=1),
                nn.LeakyReLU(),
            ]
        self.convs = nn.Sequential(*layers)
        self.linear = EqualLinear(w_dim)

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, side, side) to (n, w_dim)."""
        return self.linear(self.convs(x).flatten(1))


class IrSe50Encoder(nn.Module):
    """pSp's GradualStyleEncoder on IR-SE-50, with our optional map at 16² beside it.

    Source: Richardson et al. 2021, "Encoding in Style: a StyleGAN Encoder for Image-to-Image
    Translation", section 3.
    """

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.input_layer = nn.Sequential(
            nn.Conv2d(config.first_channels, 64, 3, 1, 1, bias=False),
            nn.BatchNorm2d(64),
            nn.PReLU(64),
        )
        blocks = []
        for in_channels, channels, count in STAGES:
            blocks.append(Bottleneck(in_channels, channels, 2))
            blocks += [Bottleneck(channels, channels, 1) for _ in range(count - 1)]
        self.body = nn.Sequential(*blocks)
        coarse_side = config.ink_size // 16
        coarse, medium, fine = config.levels
        sides = [coarse_side] * coarse + [2 * coarse_side] * medium + [4 * coarse_side] * fine
        self.styles = nn.ModuleList(
            StyleBlock(PYRAMID_CHANNELS, config.w_dim, side) for side in sides
        )
        self.latlayer1 = nn.Conv2d(256, PYRAMID_CHANNELS, 1)
        self.latlayer2 = nn.Conv2d(128, PYRAMID_CHANNELS, 1)
        if config.inversion == "feature":
            self.feature = nn.Conv2d(PYRAMID_CHANNELS, config.feature_channels, 3, padding=1)
            nn.init.zeros_(self.feature.weight)
            assert self.feature.bias is not None
            nn.init.zeros_(self.feature.bias)

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor | None]:
        """Encode; arguments and results as in `LightEncoder.forward`."""
        x, taken = self.input_layer(ink), {}
        for index, block in enumerate(self.body):
            x = block(x)
            if index in (FINE_AT, MEDIUM_AT, COARSE_AT):
                taken[index] = x
        p3 = taken[COARSE_AT]
        p2 = _enlarge_to(p3, taken[MEDIUM_AT]) + self.latlayer1(taken[MEDIUM_AT])
        p1 = _enlarge_to(p2, taken[FINE_AT]) + self.latlayer2(taken[FINE_AT])
        coarse, medium, fine = self.config.levels
        maps = [p3] * coarse + [p2] * medium + [p1] * fine
        offsets = torch.stack([style(m) for style, m in zip(self.styles, maps, strict=True)], 1)
        if self.config.inversion != "feature":
            return offsets, None
        side = F.adaptive_avg_pool2d(p2, 16) if p2.shape[-1] != 16 else p2
        return offsets, self.feature(side)


def _enlarge_to(x: Tensor, other: Tensor) -> Tensor:
    return F.interpolate(x, size=other.shape[2:], mode="bilinear", align_corners=True)
