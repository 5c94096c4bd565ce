"""Adaptive discriminator augmentation (ADA): geometry, a little colour, and the rule for p.

Source: Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data",
section 2, appendix B (pipeline) and section 3 (heuristic). Written anew. Differences: the whole
geometric chain is resampled once with reflection at the border, and the colour part is only
brightness and contrast, off by default because line drawings are black on white.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Low-pass of the sym6 wavelet (Daubechies 1992, table 6.3), as the paper uses to resample at 2x.
SYM6 = (
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentConfig:
    """Strengths of the pipeline; p is adapted while training."""

    target: float = 0.6
    interval: int = 4
    kimg: float = 500.0
    initial_p: float = 0.0
    max_p: float = 0.85
    integer_shift: float = 0.125
    scale_std: float = 0.2
    rotation: float = 1.0
    aniso_std: float = 0.2
    shift_std: float = 0.125
    colour: float = 0.0


def _matrix(rows: list[list[Tensor | float]], like: Tensor) -> Tensor:
    """(n, 3, 3) from nine columns or constants."""
    columns = [
        [x if isinstance(x, Tensor) else torch.full_like(like, float(x)) for x in row]
        for row in rows
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in columns], dim=-2)


def _scale(sx: Tensor, sy: Tensor) -> Tensor:
    return _matrix([[sx, 0, 0], [0, sy, 0], [0, 0, 1]], sx)


def _rotate(angle: Tensor) -> Tensor:
    c, s = angle.cos(), angle.sin()
    return _matrix([[c, -s, 0], [s, c, 0], [0, 0, 1]], angle)


def _translate(tx: Tensor, ty: Tensor) -> Tensor:
    return _matrix([[1, 0, tx], [0, 1, ty], [0, 0, 1]], tx)


class Augment(nn.Module):
    """The augmentation pipeline; every transformation is applied with probability p."""

    p: Tensor
    taps: Tensor

    def __init__(self, config: AugmentConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("p", torch.tensor(float(config.initial_p)))
        taps = torch.tensor(SYM6, dtype=torch.float64)
        self.register_buffer("taps", (taps / taps.sum()).float(), persistent=False)

    def _gate(self, value: Tensor, neutral: float, probability: Tensor) -> Tensor:
        chosen = torch.rand_like(value) < probability
        return torch.where(chosen, value, torch.full_like(value, neutral))

    def sample_matrices(self, n: int, side: int, device: torch.device) -> Tensor:
        """(n, 3, 3) maps from output to input coordinates of pictures of `side`, from −1 to 1."""
        cfg, p = self.config, self.p
        zero = torch.zeros(n, device=device)

        def uniform() -> Tensor:
            return torch.rand(n, device=device)

        def normal() -> Tensor:
            return torch.randn(n, device=device)

        flip = self._gate(1 - 2 * torch.floor(uniform() * 2), 1.0, p)
        quarter = self._gate(torch.floor(uniform() * 4), 0.0, p)
        moved = self._gate(torch.ones_like(zero), 0.0, p)
        whole_x = moved * torch.round((uniform() * 2 - 1) * cfg.integer_shift * side) / side
        whole_y = moved * torch.round((uniform() * 2 - 1) * cfg.integer_shift * side) / side
        iso = self._gate(torch.exp2(normal() * cfg.scale_std), 1.0, p)
        p_rotation = 1 - torch.sqrt((1 - p).clamp(0, 1))
        pre = self._gate((uniform() * 2 - 1) * math.pi * cfg.rotation, 0.0, p_rotation)
        aniso = self._gate(torch.exp2(normal() * cfg.aniso_std), 1.0, p)
        post = self._gate((uniform() * 2 - 1) * math.pi * cfg.rotation, 0.0, p_rotation)
        shift_x = self._gate(normal() * cfg.shift_std, 0.0, p)
        shift_y = torch.where(shift_x == 0, zero, normal() * cfg.shift_std)
        chain = _scale(flip, torch.ones_like(flip)) @ _rotate(quarter * (math.pi / 2))
        chain = chain @ _translate(2 * whole_x, 2 * whole_y) @ _scale(1 / iso, 1 / iso)
        chain = chain @ _rotate(-pre) @ _scale(1 / aniso, aniso) @ _rotate(-post)
        return chain @ _translate(-2 * shift_x, -2 * shift_y)

    def _resample(self, x: Tensor, matrices: Tensor) -> Tensor:
        """Double with the wavelet's low-pass, map, and halve with it again."""
        channels, taps = x.shape[1], self.taps
        size = len(taps)
        horizontal = taps[None, None, None, :].expand(channels, 1, 1, size)
        vertical = taps[None, None, :, None].expand(channels, 1, size, 1)
        pad = size // 2
        x = F.pad(x, (pad, pad, pad, pad), mode="reflect")
        crop = 2 * pad + (size - 2) // 2
        x = F.conv_transpose2d(x, 2 * horizontal, stride=(1, 2), groups=channels)
        x = F.conv_transpose2d(x, 2 * vertical, stride=(2, 1), groups=channels)
        x = x[:, :, crop:-crop, crop:-crop]
        grid = F.affine_grid(self._about_the_middle(matrices, x)[:, :2], list(x.shape), False)
        x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
        pad = (size - 2) // 2
        x = F.pad(x, (pad, pad, pad, pad), mode="reflect")
        x = F.conv2d(x, horizontal, stride=(1, 2), groups=channels)
        return F.conv2d(x, vertical, stride=(2, 1), groups=channels)

    def _about_the_middle(self, matrices: Tensor, doubled: Tensor) -> Tensor:
        """Matrices for the doubled picture, in which everything lies where the low-pass put it.

        Its taps have their centre of gravity beside the middle, and halving undoes that only for
        what was not turned in between.
        """
        taps = self.taps
        places = torch.arange(len(taps), device=taps.device, dtype=taps.dtype)
        off = (taps * places).sum() - (len(taps) - 1) / 2
        off = (off * 2 / doubled.shape[-1]).expand(len(matrices))
        return _translate(off, off) @ matrices @ _translate(-off, -off)

    def _colour(self, x: Tensor) -> Tensor:
        n, strength = len(x), self.config.colour
        noise = torch.randn(n, device=x.device)
        brightness = self._gate(noise * 0.2 * strength, 0.0, self.p)
        noise = torch.randn(n, device=x.device)
        contrast = self._gate(torch.exp2(noise * 0.5 * strength), 1.0, self.p)
        return x * contrast[:, None, None, None] + brightness[:, None, None, None]

    def forward(self, pictures: Tensor, matrices: Tensor | None = None) -> Tensor:
        """Augment pictures; unchanged when p is 0.

        Args:
            pictures: (n, C, H, W).
            matrices: (n, 3, 3) of `sample_matrices`, where others are to be moved alike.

        Returns:
            (n, C, H, W).
        """
        if float(self.p) == 0.0:
            return pictures
        if matrices is None:
            matrices = self.sample_matrices(len(pictures), pictures.shape[-1], pictures.device)
        x = self._resample(pictures.float(), matrices)
        return self._colour(x) if self.config.colour > 0 else x

    @torch.no_grad()
    def adapt(self, real_sign: float, pictures: int) -> None:
        """Move p by the heuristic: up when the discriminator overfits, down when it does not.

        Args:
            real_sign: mean sign of D(real) since the last call (r_t of the paper).
            pictures: real pictures seen since the last call.
        """
        direction = math.copysign(1.0, real_sign - self.config.target)
        step = direction * pictures / (self.config.kimg * 1000)
        self.p.add_(step).clamp_(0.0, self.config.max_p)
