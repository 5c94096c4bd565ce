"""Layers of StyleGAN2: equalised learning rate, resampling, modulated convolution.

Activations are leaky ReLU (slope 0.2) with gain sqrt(2). Because leaky ReLU is positively
homogeneous the gain is applied to what enters it, where it costs nothing.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2
GAIN = math.sqrt(2.0)
RESAMPLE_TAPS = (1.0, 3.0, 3.0, 1.0)


def resample_filter() -> Tensor:
    """The (4, 4) binomial low-pass [1, 3, 3, 1], sum 1."""
    taps = torch.tensor(RESAMPLE_TAPS)
    square = torch.outer(taps, taps)
    return square / square.sum()


def upsample(x: Tensor, kernel: Tensor) -> Tensor:
    """Double height and width with a low-pass.

    Args:
        x: (n, C, H, W).
        kernel: (4, 4) low-pass of sum 1.

    Returns:
        (n, C, 2H, 2W).
    """
    channels = x.shape[1]
    weight = (4 * kernel).to(x.dtype)[None, None].expand(channels, 1, -1, -1)
    return F.conv_transpose2d(x, weight, stride=2, padding=1, groups=channels)


def blur(x: Tensor, kernel: Tensor, padding: int, stride: int = 1) -> Tensor:
    """Low-pass each channel with zero padding, keeping every `stride`-th sample."""
    channels = x.shape[1]
    weight = kernel.to(x.dtype)[None, None].expand(channels, 1, -1, -1)
    return F.conv2d(x, weight, stride=stride, padding=padding, groups=channels)


class FullyConnected(nn.Module):
    """Linear layer with equalised learning rate.

    Source: Karras et al. 2018, "Progressive Growing of GANs", section 4.1; learning-rate
    multiplier of Karras et al. 2019, appendix C.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        lr_multiplier: float = 1.0,
        bias_init: float = 0.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / lr_multiplier)
        self.bias = nn.Parameter(torch.full((out_features,), float(bias_init)))
        self.weight_gain = lr_multiplier / math.sqrt(in_features)
        self.bias_gain = lr_multiplier

    def forward(self, x: Tensor) -> Tensor:
        """x: (n, in) to (n, out), no activation."""
        return F.linear(x, self.weight * self.weight_gain, self.bias * self.bias_gain)


def activate(x: Tensor) -> Tensor:
    """Leaky ReLU with gain sqrt(2)."""
    return F.leaky_relu(x * GAIN, SLOPE)


def clamped(x: Tensor, limit: float | None) -> Tensor:
    """Cut activations off, as networks are that were trained in half precision."""
    return x if limit is None else x.clamp(-limit, limit)


class ModulatedConv(nn.Module):
    """One synthesis layer: modulate, convolve, demodulate, noise, bias, leaky ReLU.

    Modulation and demodulation scale the input and the output of one convolution that all
    samples share: w'_oik = s_i d_o w_oik is linear in both, so the sums are the same as with
    weights per sample, and the graph exports to plain ONNX operators.

    Source: Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN",
    section 2.2, eqs. 1 and 3.
    """

    noise_const: Tensor
    resample_filter: Tensor

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        w_dim: int,
        resolution: int,
        up: str,
        clamp: float | None = None,
    ) -> None:
        """`up` is 'none', 'published' (transposed convolution) or 'light' (convolve first)."""
        super().__init__()
        self.resolution, self.up, self.clamp = resolution, up, clamp
        self.affine = FullyConnected(w_dim, in_channels, bias_init=1.0)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, 3, 3))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.register_buffer("noise_const", torch.randn(resolution, resolution))
        self.register_buffer("resample_filter", resample_filter())

    def forward(self, x: Tensor, w: Tensor, noise_mode: str) -> Tensor:
        """x: (n, C_in, H, W), w: (n, w_dim) to (n, C_out, resolution, resolution)."""
        style = self.affine(w).float()
        energy = self.weight.float().square().sum(dim=(2, 3))
        demodulation = torch.rsqrt(style.square() @ energy.t() + 1e-8)
        x = self._convolve(x * style.to(x.dtype)[:, :, None, None])
        bias = (self.bias * GAIN).to(x.dtype)[None, :, None, None]
        scale = (demodulation * GAIN).to(x.dtype)[:, :, None, None]
        if self.up == "light":
            x = F.interpolate(x * scale, scale_factor=2.0, mode="bilinear", align_corners=False)
            x = x + bias
        else:
            x = torch.addcmul(bias, x, scale)
        if noise_mode != "none":
            x = x + self._noise(x, noise_mode)
        return clamped(F.leaky_relu(x, SLOPE), self.clamp)

    def _convolve(self, x: Tensor) -> Tensor:
        if self.up == "published":
            x = F.conv_transpose2d(x, self.weight.transpose(0, 1).to(x.dtype), stride=2)
            return blur(x, 4 * self.resample_filter, padding=1)
        return F.conv2d(x, self.weight.to(x.dtype), padding=1)

    def _noise(self, x: Tensor, noise_mode: str) -> Tensor:
        if noise_mode == "random":
            shape = (x.shape[0], 1, self.resolution, self.resolution)
            noise = torch.randn(shape, device=x.device)
        else:
            noise = self.noise_const[None, None]
        return (noise * (self.noise_strength * GAIN)).to(x.dtype)


class ToRGB(nn.Module):
    """Modulated 1×1 convolution to picture channels, without demodulation."""

    def __init__(
        self, in_channels: int, img_channels: int, w_dim: int, clamp: float | None = None
    ) -> None:
        super().__init__()
        self.clamp = clamp
        self.affine = FullyConnected(w_dim, in_channels, bias_init=1.0)
        self.weight = nn.Parameter(torch.randn(img_channels, in_channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(img_channels))
        self.weight_gain = 1 / math.sqrt(in_channels)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """x: (n, C, H, W), w: (n, w_dim) to (n, img_channels, H, W)."""
        style = (self.affine(w) * self.weight_gain).to(x.dtype)
        x = F.conv2d(x * style[:, :, None, None], self.weight.to(x.dtype))
        return clamped(x + self.bias.to(x.dtype)[None, :, None, None], self.clamp)


class Conv(nn.Module):
    """Convolution of the discriminator with equalised learning rate, optionally halving.

    `down` is 'none', 'published' (low-pass, then stride 2) or 'light' (pool, then convolve).
    """

    resample_filter: Tensor

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, down: str, bias: bool = True
    ) -> None:
        super().__init__()
        self.down, self.padding = down, kernel_size // 2
        self.weight_gain = 1 / math.sqrt(in_channels * kernel_size**2)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        self.register_buffer("resample_filter", resample_filter())

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        """(n, C_in, H, W) to (n, C_out, H', W') times `gain`, no activation."""
        weight = (self.weight * (self.weight_gain * gain)).to(x.dtype)
        bias = None if self.bias is None else (self.bias * gain).to(x.dtype)
        if self.down == "light":
            return F.conv2d(F.avg_pool2d(x, 2), weight, bias, padding=self.padding)
        if self.down == "published" and self.padding == 0:
            return F.conv2d(blur(x, self.resample_filter, padding=1, stride=2), weight, bias)
        if self.down == "published":
            return F.conv2d(blur(x, self.resample_filter, padding=2), weight, bias, stride=2)
        return F.conv2d(x, weight, bias, padding=self.padding)
