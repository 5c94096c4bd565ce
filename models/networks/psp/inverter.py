"""Ink to codes: an encoder, the mean code it starts from, and the refinement around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exhibit.contract.values import Gray
from models.networks.psp.config import EncoderConfig, EncoderError
from models.networks.psp.irse50 import IrSe50Encoder
from models.networks.psp.light_backbone import LightEncoder
from models.networks.stylegan2.generator import Generator, Synthesis


class Codes(NamedTuple):
    """`w_plus` (n, num_ws, w_dim) and the residual map `feature` (n, C, side, side) or None."""

    w_plus: Tensor
    feature: Tensor | None

    def some(self, which: Sequence[int]) -> Codes:
        """Return those of some indices."""
        chosen = list(which)
        feature = None if self.feature is None else self.feature[chosen]
        return Codes(self.w_plus[chosen], feature)


def with_blank_planes(inks: Sequence[Gray], planes: int) -> Tensor:
    """Inks (S, S) uint8 alone, to (n, planes, S, S) float32: nothing filled, nothing recalled."""
    pixels = torch.from_numpy(np.stack(inks).astype(np.float32) / 127.5 - 1.0)
    seen = torch.ones(len(pixels), planes, *pixels.shape[1:])
    seen[:, 0] = pixels
    return seen


class Inverter(nn.Module):
    """pSp(x) = G(E(x) + w_avg); with several steps, ReStyle's refinement of the offset.

    Source: Richardson et al. 2021, section 3; Alaluf et al. 2021, "ReStyle", section 3.2. The
    encoder predicts an offset, so what keeps codes near w_avg is a penalty on ‖E(x)‖; penalising
    ‖E(x) − w_avg‖, as printed in chapter 5 of the thesis, would pull them away from it.
    """

    w_avg: Tensor

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = LightEncoder(config) if config.backbone == "light" else IrSe50Encoder(config)
        self.register_buffer("w_avg", torch.zeros(config.w_dim))

    def forward(self, ink: Tensor, synthesis: Synthesis | None = None) -> Codes:
        """Encode ink.

        Args:
            ink: (n, planes, S, S) float32, -1 ink .. 1 paper.
            synthesis: the generator's synthesis network; needed for more than one step.

        Returns:
            The codes, w_avg included.
        """
        expected = self.config.planes, self.config.ink_size, self.config.ink_size
        if ink.ndim != 4 or tuple(ink.shape[1:]) != expected:
            raise EncoderError(f"ink of shape {tuple(ink.shape)}: expected (n, *{expected})")
        alike = self.config.input_channels
        seen = ink if alike == 1 else ink.repeat(1, alike, 1, 1)
        codes = Codes(self.w_avg.expand(ink.shape[0], self.config.num_ws, -1), None)
        for _ in range(self.config.steps):
            codes = self._step(seen, codes, synthesis)
        return codes

    def _step(self, seen: Tensor, codes: Codes, synthesis: Synthesis | None) -> Codes:
        if self.config.steps > 1:
            if synthesis is None:
                raise EncoderError("an encoder with several steps needs the generator to encode")
            # As it would be seen: what is drawn is whiter than paper in places by far.
            drawn = synthesis(codes.w_plus, codes.feature).clamp(-1, 1)
            picture = drawn.mean(dim=1, keepdim=True)
            side = self.config.ink_size
            if picture.shape[-1] != side:
                picture = F.interpolate(picture, size=(side, side), mode="bilinear")
            seen = torch.cat([seen, picture], dim=1)
        offsets, feature = self.encoder(seen)
        if feature is not None and codes.feature is not None:
            feature = codes.feature + feature
        return Codes(codes.w_plus + _full(offsets), None if feature is None else _full(feature))


def _full(values: Tensor) -> Tensor:
    # A cast of what is float32 already would be copied in every answer of an exported graph.
    return values if values.dtype == torch.float32 else values.float()


def inverter_for(generator: Generator, config: EncoderConfig) -> Inverter:
    """Make an untrained inverter that starts from a generator's mean code.

    Raises:
        EncoderError: the configuration's codes are not the generator's; says both.
    """
    shape = generator.synthesis.num_ws, generator.synthesis.w_dim
    if (config.num_ws, config.w_dim) != shape:
        raise EncoderError(
            f"encoder for codes of {(config.num_ws, config.w_dim)}, "
            f"but the generator has {shape} (num_ws, w_dim)"
        )
    channels, side, _ = generator.synthesis.feature_shape
    asked = config.feature_channels, config.feature_side
    if config.inversion == "feature" and asked != (channels, side):
        raise EncoderError(
            f"encoder for a map of {asked[0]} channels at {asked[1]}², "
            f"generator takes {channels} at {side}²"
        )
    inverter = Inverter(config)
    inverter.w_avg.copy_(generator.mapping.w_avg)
    return inverter
