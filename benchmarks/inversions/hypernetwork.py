"""HyperStyle: what changes of the generator's kernels draw one picture better."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.stylegan2.generator import Synthesis

_RANK = 4
_WIDTHS = (24, 48, 96, 128)
Changes = dict[str, Tensor]


def kernels_of(synthesis: Synthesis) -> dict[str, nn.Parameter]:
    """The kernels (out, in, k, k) that are changed: all convolutions but those to the picture."""
    return {
        name: parameter
        for name, parameter in synthesis.named_parameters()
        if name.endswith(("conv0.weight", "conv1.weight"))
    }


class Hypernetwork(nn.Module):
    """Reads a picture and what its code draws, and says by which factors kernels are multiplied.

    θ is drawn with as θ · (1 + Δ), Δ the same for all places of a kernel. Here Δ is a product of
    two matrices of rank 4; the source predicts it whole and shares layers between kernels.

    Source: Alaluf et al. 2022, "HyperStyle", section 3.2.
    """

    def __init__(self, synthesis: Synthesis) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 2
        for width in _WIDTHS:
            layers += [nn.Conv2d(before, width, 3, stride=2, padding=1), nn.LeakyReLU(0.2)]
            before = width
        self.look = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(4), nn.Flatten())
        self.shapes = {name: kernel.shape[:2] for name, kernel in kernels_of(synthesis).items()}
        self.heads = nn.ModuleDict()
        for name, (outputs, inputs) in self.shapes.items():
            head = nn.Linear(_WIDTHS[-1] * 16, _RANK * (outputs + inputs))
            nn.init.normal_(head.weight, std=1e-3)
            nn.init.normal_(head.bias, std=0.03)
            self.heads[name.replace(".", "_")] = head

    def forward(self, pictures: Tensor, drawn: Tensor) -> Changes:
        """Pictures and what their codes draw, (n, 1, R, R), to Δ (n, out, in, 1, 1) by kernel."""
        seen = self.look(torch.cat([pictures, drawn], dim=1))
        changes = {}
        for name, (outputs, inputs) in self.shapes.items():
            numbers = self.heads[name.replace(".", "_")](seen)
            left, right = numbers.split([_RANK * outputs, _RANK * inputs], dim=1)
            product = left.unflatten(1, (outputs, _RANK)) @ right.unflatten(1, (_RANK, inputs))
            changes[name] = product[..., None, None]
        return changes


def draw_changed(synthesis: Synthesis, w_plus: Tensor, changes: Changes) -> Tensor:
    """Draw codes (n, num_ws, w_dim), each with kernels of its own: (n, 1, R, R)."""
    kernels = kernels_of(synthesis)
    drawn = []
    for index, codes in enumerate(w_plus):
        own = {name: kernels[name] * (1 + change[index]) for name, change in changes.items()}
        drawn.append(torch.func.functional_call(synthesis, own, (codes[None],)))
    return torch.cat(drawn)


def coarse_difference(pictures: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared difference of pictures, whole and at a quarter of their side."""
    coarse = F.mse_loss(F.avg_pool2d(pictures, 4), F.avg_pool2d(wanted, 4))
    return F.mse_loss(pictures, wanted) + coarse
