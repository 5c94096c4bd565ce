"""StyleGAN2's residual discriminator with minibatch standard deviation."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.stylegan2.config import DiscriminatorConfig, ModelError, block_resolutions
from models.networks.stylegan2.layers import (
    GAIN,
    SLOPE,
    Conv,
    FullyConnected,
    activate,
    clamped,
    resample_filter,
)

RESIDUAL_GAIN = math.sqrt(0.5)


class DiscriminatorBlock(nn.Module):
    """Residual block that halves the resolution; the first one also reads the picture."""

    def __init__(self, config: DiscriminatorConfig, resolution: int) -> None:
        super().__init__()
        self.clamp = config.conv_clamp
        channels, halved = config.channels(resolution), config.channels(resolution // 2)
        if resolution == config.resolution:
            self.fromrgb = Conv(config.img_channels, channels, 1, "none")
        self.conv0 = Conv(channels, channels, 3, "none")
        self.conv1 = Conv(channels, halved, 3, config.layout)
        self.skip = Conv(channels, halved, 1, config.layout, bias=False)
        self.register_buffer("resample_filter", resample_filter())

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, H, W), or the picture for the first block, to (n, C', H/2, W/2)."""
        if hasattr(self, "fromrgb"):
            # One channel lies either way, and what comes of it then lies as is slower.
            x = self.fromrgb(x, GAIN).contiguous(memory_format=torch.channels_last)
            x = clamped(F.leaky_relu(x, SLOPE), self.clamp)
        limit = None if self.clamp is None else self.clamp * RESIDUAL_GAIN
        shortcut = clamped(self.skip(x, RESIDUAL_GAIN), limit)
        x = clamped(F.leaky_relu(self.conv0(x, GAIN), SLOPE), self.clamp)
        x = F.leaky_relu(self.conv1(x, GAIN * RESIDUAL_GAIN), SLOPE)
        return shortcut + clamped(x, limit)


class MinibatchStd(nn.Module):
    """One more channel: the standard deviation within groups of the batch.

    Source: Karras et al. 2018, "Progressive Growing of GANs", section 3.
    """

    def __init__(self, group: int) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, H, W) to (n, C + 1, H, W); n must be a multiple of the group or below it."""
        n, channels, height, width = x.shape
        group = min(self.group, n)
        if n % group:
            raise ModelError(f"batch of {n}: expected a multiple of the group size {group}")
        grouped = x.float().reshape(group, -1, channels, height, width)
        deviation = grouped.var(dim=0, unbiased=False).add(1e-8).sqrt().mean(dim=(1, 2, 3))
        extra = deviation.repeat(group)[:, None, None, None].expand(n, 1, height, width)
        return torch.cat([x, extra.to(x.dtype)], dim=1)


class DiscriminatorEpilogue(nn.Module):
    """The 4×4 block: minibatch standard deviation, convolution, two linear layers."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.clamp = config.conv_clamp
        channels = config.channels(4)
        self.mbstd = MinibatchStd(config.mbstd_group)
        self.conv = Conv(channels + 1, channels, 3, "none")
        self.fc = FullyConnected(channels * 16, channels)
        self.out = FullyConnected(channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, 4, 4) to logits (n, 1)."""
        x = clamped(F.leaky_relu(self.conv(self.mbstd(x), GAIN), SLOPE), self.clamp)
        return self.out(activate(self.fc(x.flatten(1))))


class Discriminator(nn.Module):
    """Pictures to logits: large for the collection's, small for generated ones.

    Source: Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN",
    section 4.1 (residual discriminator).
    """

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.config = config
        self.resolutions = block_resolutions(config.resolution)[:0:-1]
        for resolution in self.resolutions:
            self.add_module(f"b{resolution}", DiscriminatorBlock(config, resolution))
        self.b4 = DiscriminatorEpilogue(config)

    def block(self, resolution: int) -> DiscriminatorBlock:
        """The block that reads activations of a resolution above 4."""
        block = self.get_submodule(f"b{resolution}")
        assert isinstance(block, DiscriminatorBlock)
        return block

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Activations of every block above 4×4, fine to coarse, for feature matching."""
        expected = (self.config.img_channels, self.config.resolution, self.config.resolution)
        if tuple(pictures.shape[1:]) != expected:
            raise ModelError(
                f"pictures of shape {tuple(pictures.shape)}: expected (n, {expected[0]}, "
                f"{expected[1]}, {expected[2]})"
            )
        x, found = pictures, []
        for resolution in self.resolutions:
            x = self.block(resolution)(x)
            found.append(x)
        return found

    def forward(self, pictures: Tensor) -> Tensor:
        """pictures (n, img_channels, resolution, resolution), −1 ink … 1 paper, to logits (n, 1)"""
        return self.b4(self.features(pictures)[-1]).float()
