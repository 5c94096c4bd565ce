"""VGG16's convolutions in plain PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.layout import channels_last

LAYERS: tuple[int | str, ...] = (
    64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512,
)  # fmt: skip
TAPS = (1, 4, 8, 12, 16)
"""Positions in `LAYERS` whose activation LPIPS compares: relu1_2 .. relu5_3."""
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


def as_imagenet(pictures: Tensor) -> Tensor:
    """Pictures (n, 1 or 3, H, W), -1 .. 1, to (n, 3, H, W) as networks of `lpips` expect them."""
    shift = pictures.new_tensor(SHIFT).view(1, 3, 1, 1)
    scale = pictures.new_tensor(SCALE).view(1, 3, 1, 1)
    return (pictures.expand(-1, 3, -1, -1) - shift) / scale


class Vgg16(nn.Module):
    """VGG16's convolutions with the activations that LPIPS compares, frozen."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        super().__init__()
        widths = [width for width in LAYERS if width != "M"]
        self.convs, channels = nn.ModuleList(), 3
        for index, width in enumerate(widths):
            conv = nn.Conv2d(channels, int(width), 3, padding=1)
            values = arrays["VGG16_0"][f"Conv_{index}"]
            conv.weight.data = torch.from_numpy(np.asarray(values["kernel"])).permute(3, 2, 0, 1)
            conv.bias = nn.Parameter(torch.from_numpy(np.asarray(values["bias"])).clone())
            self.convs.append(conv)
            channels = int(width)
        channels_last(self).eval().requires_grad_(False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Compute activations.

        Args:
            pictures: (n, 1 or 3, H, W), -1 .. 1.

        Returns:
            relu1_2, relu2_2, relu3_3, relu4_3, relu5_3.
        """
        x, index, taken = as_imagenet(pictures), 0, []
        for position, width in enumerate(LAYERS):
            if width == "M":
                x = F.max_pool2d(x, 2)
            else:
                x, index = F.relu(self.convs[index](x)), index + 1
            if position in TAPS:
                taken.append(x)
        return taken
