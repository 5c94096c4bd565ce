"""The light encoder: about 3 M parameters, sized for two CPU cores."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.psp.config import EncoderConfig

SLOPE = 0.2
DETAIL_WIDTH = 16
BRANCH_GAIN = 0.25
"""Initial gain of a residual branch: without normalisation layers the sum would grow with depth."""


class ResidualBlock(nn.Module):
    """x + gain·conv(act(conv(act(x)))), the gain learned."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.gain = nn.Parameter(torch.tensor(BRANCH_GAIN))

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, H, W) to the same shape."""
        branch = self.conv0(F.leaky_relu(x, SLOPE))
        return x + self.gain * self.conv1(F.leaky_relu(branch, SLOPE))


class CodeHead(nn.Module):
    """map2style for one level: strided convolutions to 4², then one linear layer for its codes."""

    def __init__(self, in_channels: int, side: int, codes: int, w_dim: int) -> None:
        super().__init__()
        width = 64
        layers: list[nn.Module] = []
        while side > 4:
            layers += [nn.Conv2d(in_channels, width, 3, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
            in_channels, side = width, side // 2
        self.convs = nn.Sequential(*layers)
        self.linear = nn.Linear(in_channels * side * side, codes * w_dim)
        nn.init.normal_(self.linear.weight, std=1e-3)
        nn.init.zeros_(self.linear.bias)
        self.codes, self.w_dim = codes, w_dim

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, side, side) to offsets (n, codes, w_dim)."""
        return self.linear(self.convs(x).flatten(1)).unflatten(1, (self.codes, self.w_dim))


class FineMap(nn.Module):
    """The map at 32²: the input itself, folded to 32², beside what the pyramid found there.

    A map of cells of 4 pixels can say where an eye is, one of 8 cannot (measured in
    docs/decisions); the folded input spares the pyramid from carrying every pixel.
    """

    def __init__(self, config: EncoderConfig, pyramid_channels: int) -> None:
        super().__init__()
        fold, channels = config.fold, config.map_channels
        self.fold = nn.PixelUnshuffle(fold)
        self.look = nn.Conv2d(config.first_channels * fold * fold, channels, 3, padding=1)
        self.found = nn.Conv2d(pyramid_channels, channels, 1)
        self.body = nn.Sequential(ResidualBlock(channels), ResidualBlock(channels))
        self.out = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        assert self.out.bias is not None
        nn.init.zeros_(self.out.bias)

    def forward(self, ink: Tensor, p32: Tensor) -> Tensor:
        """(n, first_channels, S, S) and (n, pyramid_channels, 32, 32) to (n, C, 32, 32)."""
        x = self.look(self.fold(ink)) + self.found(F.leaky_relu(p32, SLOPE))
        return self.out(F.leaky_relu(self.body(x), SLOPE))


class Detail(nn.Module):
    """Planes as fine as the ink: what the map's cells of several pixels can only draw as grey.

    Three convolutions over the planes themselves, told by the pyramid what lies around; folded to
    the map's side, so that they travel in the map. They begin at zero.
    """

    def __init__(self, config: EncoderConfig, pyramid_channels: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(config.first_channels, DETAIL_WIDTH, 3, padding=1)
        self.found = nn.Conv2d(pyramid_channels, DETAIL_WIDTH, 1)
        self.body = nn.Conv2d(DETAIL_WIDTH, DETAIL_WIDTH, 3, padding=1)
        self.out = nn.Conv2d(DETAIL_WIDTH, config.detail_channels, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        assert self.out.bias is not None
        nn.init.zeros_(self.out.bias)
        self.fold = nn.PixelUnshuffle(config.fold)

    def forward(self, ink: Tensor, p32: Tensor) -> Tensor:
        """(n, first_channels, S, S) and (n, pyramid_channels, 32, 32) to (n, d·f², side, side)."""
        around = F.interpolate(
            self.found(F.leaky_relu(p32, SLOPE)),
            size=ink.shape[-2:],
            mode="bilinear",
            align_corners=False,
        )
        x = self.body(F.leaky_relu(self.look(ink) + around, SLOPE))
        return self.fold(self.out(F.leaky_relu(x, SLOPE)))


class LightEncoder(nn.Module):
    """Residual backbone, feature pyramid, three heads, and the map that starts at zero.

    Source: Richardson et al. 2021, "Encoding in Style" (pyramid, map2style, coarse to fine); the
    map follows Yao et al. 2022 (FeatureStyle encoder) and Kang et al. 2021 (BDInvert), here added
    to the generator's own activation. Differs in size, and in having no normalisation layers.
    """

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        fold = config.ink_size // 64
        c0, c1, c2, c3 = (config.width * factor for factor in (1, 2, 4, 8))
        self.fold = nn.PixelUnshuffle(fold)
        self.stem = nn.Conv2d(config.first_channels * fold * fold, c0, 3, padding=1)
        self.at64 = ResidualBlock(c0)
        self.down32 = nn.Conv2d(c0, c1, 3, stride=2, padding=1)
        self.at32 = ResidualBlock(c1)
        self.down16 = nn.Conv2d(c1, c2, 3, stride=2, padding=1)
        self.at16 = nn.Sequential(ResidualBlock(c2), ResidualBlock(c2))
        self.down8 = nn.Conv2d(c2, c3, 3, stride=2, padding=1)
        self.at8 = nn.Sequential(ResidualBlock(c3), ResidualBlock(c3))
        self.up16 = nn.Conv2d(c3, c2, 1)
        self.lateral16 = nn.Conv2d(c2, c2, 3, padding=1)
        self.up32 = nn.Conv2d(c2, c1, 1)
        coarse, medium, fine = config.levels
        self.coarse = CodeHead(c3, 8, coarse, config.w_dim)
        self.medium = CodeHead(c2, 16, medium, config.w_dim)
        self.fine = CodeHead(c1, 32, fine, config.w_dim)
        if config.inversion == "feature" and config.feature_side == 32:
            self.fine_map = FineMap(config, c1)
        elif config.inversion == "feature":
            self.feature_body = ResidualBlock(c2)
            self.feature = nn.Conv2d(c2, config.map_channels, 3, padding=1)
            nn.init.zeros_(self.feature.weight)
            assert self.feature.bias is not None
            nn.init.zeros_(self.feature.bias)
        if config.detail_channels:
            self.detail = Detail(config, c1)

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor | None]:
        """Encode.

        Args:
            ink: (n, first_channels, S, S) float32, -1 ink .. 1 paper.

        Returns:
            Offsets from w_avg (n, num_ws, w_dim), and the map (n, C, side, side) or None.
        """
        x64 = self.at64(self.stem(self.fold(ink)))
        x32 = self.at32(self.down32(F.leaky_relu(x64, SLOPE)))
        x16 = self.at16(self.down16(F.leaky_relu(x32, SLOPE)))
        x8 = self.at8(self.down8(F.leaky_relu(x16, SLOPE)))
        p16 = self.lateral16(F.leaky_relu(x16, SLOPE)) + _double(self.up16(x8))
        p32 = x32 + _double(self.up32(p16))
        offsets = torch.cat([self.coarse(x8), self.medium(p16), self.fine(p32)], dim=1)
        if self.config.inversion != "feature":
            return offsets, None
        if self.config.feature_side == 32:
            feature = self.fine_map(ink, p32)
        else:
            feature = self.feature(F.leaky_relu(self.feature_body(p16), SLOPE))
        if self.config.detail_channels:
            feature = torch.cat([feature, self.detail(ink, p32)], dim=1)
        return offsets, feature


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
