"""Networks in the form in which they run fastest: other operations, the same function.

What was tried, and how much each form saves, is in docs/benchmarks.md. The blocked layout that ONNX
Runtime chooses for convolutions decides: whatever is no convolution, addition or enlargement there
costs two reorderings of its input, and channels are filled up to sixteen.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.psp.inverter import Inverter
from models.networks.psp.light_backbone import Detail, FineMap, LightEncoder
from models.networks.stylegan2.generator import Generator
from models.networks.stylegan2.layers import GAIN, SLOPE, ModulatedConv, ToRGB, clamped

_FOLDED_WITHIN = 2
"""So many pixels of a fold are made by the convolution before it: more multiply zeros."""


def encoder_form(inverter: Inverter) -> Inverter:
    """Return a copy of an inverter in that form; one of the published backbone is a mere copy."""
    made = copy.deepcopy(inverter)
    if not isinstance(made.encoder, LightEncoder):
        return made
    for part in made.encoder.modules():
        if isinstance(part, LightEncoder):
            _replace(part, stem=strided(part.fold, part.stem), fold=nn.Identity())
        elif isinstance(part, FineMap):
            _replace(part, look=strided(part.fold, part.look), fold=nn.Identity())
        elif isinstance(part, Detail) and part.fold.downscale_factor > _FOLDED_WITHIN:
            out, fold = folding(part.out, part.fold)
            _replace(part, out=out, fold=fold)
    return made


def generator_form(generator: Generator) -> Generator:
    """Return a copy of a generator in that form, for a batch of one and the stored noise."""
    made = copy.deepcopy(generator)
    for part in list(made.synthesis.modules()):
        for name, layer in list(part.named_children()):
            if isinstance(layer, ModulatedConv) and layer.up != "published":
                _replace(part, **{name: ScaledConv(layer)})
            elif isinstance(layer, ToRGB):
                _replace(part, **{name: WeighedChannels(layer)})
    return made


def _replace(part: nn.Module, **children: nn.Module) -> None:
    for name, child in children.items():
        setattr(part, name, child)


def strided(fold: nn.PixelUnshuffle, conv: nn.Conv2d) -> nn.Conv2d:
    """Return a fold and the convolution after it as one convolution of the pixels themselves.

    Every weight stays, at another place: no pixel is moved before it is multiplied.
    """
    by, padding = fold.downscale_factor, conv.padding[0]
    outputs, folded, side, _ = conv.weight.shape
    weight = conv.weight.reshape(outputs, folded // by**2, by, by, side, side)
    weight = weight.permute(0, 1, 4, 2, 5, 3).flatten(4, 5).flatten(2, 3)
    return _conv(weight, conv.bias, by, by * int(padding))


def folding(conv: nn.Conv2d, fold: nn.PixelUnshuffle) -> tuple[nn.Conv2d, nn.Module]:
    """Return a convolution and the fold after it with a part of the fold in the convolution.

    So four channels become sixteen, which is what the blocked layout fills them up to.
    """
    by, rest = _FOLDED_WITHIN, fold.downscale_factor // _FOLDED_WITHIN
    outputs, inputs, side, _ = conv.weight.shape
    wide = side + by - 1
    weight = conv.weight.new_zeros(outputs, by, by, inputs, wide, wide)
    for down in range(by):
        for right in range(by):
            weight[:, down, right, :, down : down + side, right : right + side] = conv.weight
    assert conv.bias is not None
    bias = conv.bias[:, None].expand(-1, by**2).flatten()
    return _conv(weight.flatten(0, 2), bias, by, int(conv.padding[0])), FoldRest(outputs, by, rest)


def _conv(weight: Tensor, bias: Tensor | None, stride: int, padding: int) -> nn.Conv2d:
    outputs, inputs, side, _ = weight.shape
    conv = nn.Conv2d(inputs, outputs, side, stride, padding, bias=bias is not None)
    conv.weight = nn.Parameter(weight.contiguous(), requires_grad=False)
    conv.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)
    return conv


class FoldRest(nn.Module):
    """The rest of a fold (PixelUnshuffle) of which a convolution has done the finer part.

    Args:
        channels: before any fold.
        done, rest: by how much the convolution has folded, and what is left.
    """

    order: Tensor

    def __init__(self, channels: int, done: int, rest: int) -> None:
        super().__init__()
        self.rest = rest
        made = torch.arange(channels * (done * rest) ** 2).reshape(rest, rest, channels, done, done)
        self.register_buffer("order", made.permute(2, 0, 3, 1, 4).flatten())

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels·done², H, W) to (n, channels·(done·rest)², H / rest, W / rest)."""
        folded: Tensor = _SpaceToDepth.apply(x, self.rest)  # type: ignore[no-untyped-call]
        return folded[:, self.order]


class _SpaceToDepth(torch.autograd.Function):
    """ONNX's own operator: PyTorch exports a fold as a transposition of six axes, far slower."""

    @staticmethod
    def symbolic(graph: Any, x: Any, by: int) -> Any:
        return graph.op("SpaceToDepth", x, blocksize_i=by)

    @staticmethod
    def forward(_: Any, x: Tensor, by: int) -> Tensor:
        n, channels, height, width = x.shape
        cells = x.reshape(n, channels, height // by, by, width // by, by)
        return cells.permute(0, 3, 5, 1, 2, 4).reshape(n, -1, height // by, width // by)


class ScaledConv(nn.Module):
    """A modulated convolution that enlarges before it demodulates, and then adds its bias at once.

    Enlarging right after the convolution stays in the blocked layout. A normalisation of mean 0 and
    variance 1 is what ONNX has for a scale and a bias of every channel.
    """

    noise: Tensor
    mean: Tensor
    variance: Tensor

    def __init__(self, layer: ModulatedConv) -> None:
        super().__init__()
        self.affine, self.up, self.clamp = layer.affine, layer.up, layer.clamp
        self.weight, self.bias = layer.weight, layer.bias
        self.register_buffer("noise", layer.noise_const[None, None] * layer.noise_strength * GAIN)
        self.register_buffer("mean", torch.zeros_like(layer.bias))
        self.register_buffer("variance", torch.ones_like(layer.bias))

    def forward(self, x: Tensor, w: Tensor, _noise_mode: str) -> Tensor:
        """(1, C_in, H, W) and (1, w_dim) to (1, C_out, resolution, resolution)."""
        style = self.affine(w)
        energy = self.weight.square().sum(dim=(2, 3))
        demodulation = torch.rsqrt(style.square() @ energy.t() + 1e-8) * GAIN
        x = F.conv2d(x * style[:, :, None, None], self.weight, padding=1)
        if self.up == "light":
            x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = F.batch_norm(x, self.mean, self.variance, demodulation[0], self.bias * GAIN, eps=0.0)
        return clamped(F.leaky_relu(x + self.noise, SLOPE), self.clamp)


class WeighedChannels(nn.Module):
    """ToRGB as a product of matrices: a convolution to one channel is filled up to sixteen."""

    def __init__(self, layer: ToRGB) -> None:
        super().__init__()
        self.affine, self.clamp = layer.affine, layer.clamp
        self.weight, self.bias, self.weight_gain = layer.weight, layer.bias, layer.weight_gain

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """(1, C, H, W) and (1, w_dim) to (1, img_channels, H, W)."""
        weight = self.weight.flatten(1) * (self.affine(w) * self.weight_gain)
        picture = (weight @ x.flatten(2)).unflatten(2, x.shape[2:])
        return clamped(picture + self.bias[:, None, None], self.clamp)
