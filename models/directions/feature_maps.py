"""Feature maps of a generator at one of its layers, and what is added to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.contract.values import Floats
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes
from models.networks.stylegan2.config import FEATURE_RESOLUTIONS
from models.networks.stylegan2.generator import Generator

CHUNK = 16


@torch.no_grad()
def maps_at(subject: Subject, codes: Codes, side: int) -> Floats:
    """Feature maps that leave the block of a side, where the synthesis adds its residual map.

    Args:
        subject: generator.
        codes: (n, num_ws, w_dim), and the residual maps of answers to sketches.
        side: of the block.

    Returns:
        (n, C, side, side) float32.

    Raises:
        InputError: the generator takes no map of that side.
    """
    takes = at_side(subject, side)
    feature = codes.feature
    if feature is not None:
        feature = feature[:, : takes.generator.synthesis.map_channels]
    found = []
    for first in range(0, len(codes.w_plus), CHUNK):
        part = slice(first, first + CHUNK)
        found.append(
            _until(subject, codes.w_plus[part], side, None if feature is None else feature[part])
        )
    return np.ascontiguousarray(torch.cat(found).numpy())


def _until(subject: Subject, ws: Tensor, side: int, feature: Tensor | None) -> Tensor:
    """What leaves the block of a side: no block after it is computed."""
    synthesis = subject.generator.synthesis
    x: Tensor | None = None
    picture: Tensor | None = None
    first = 0
    for resolution in synthesis.resolutions[: synthesis.resolutions.index(side) + 1]:
        block = synthesis.block(resolution)
        added = (feature if resolution == side else None, None)
        x, picture = block(x, picture, ws[:, first : first + block.num_conv + 1], added, "const")
        first += block.num_conv
    assert x is not None  # there is a block of 4×4 at the least
    return x


def finest_side(subject: Subject) -> int:
    """Side of the finest map that the generator can take an addition to."""
    config = subject.generator.config
    if config.detail_channels:
        return config.feature_resolution
    return max(side for side in FEATURE_RESOLUTIONS if side < config.resolution)


def at_side(subject: Subject, side: int) -> Subject:
    """The subject whose generator takes its residual map at a side; no weight depends on it.

    Raises:
        InputError: it has no such block, or carries planes of detail with its map.
    """
    config = subject.generator.config
    if side == config.feature_resolution:
        return subject
    possible = [s for s in FEATURE_RESOLUTIONS if s < config.resolution]
    if config.detail_channels or side not in possible:
        expected = [config.feature_resolution] if config.detail_channels else possible
        raise InputError(f"side {side}: expected {' or '.join(map(str, expected))}")
    generator = Generator(replace(config, feature_resolution=side))
    generator.load_state_dict(subject.generator.state_dict())
    return replace(subject, generator=generator.eval().requires_grad_(False))
