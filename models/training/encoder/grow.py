"""Begin an encoder from another: for a grown generator, finer ink, more planes, another map."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor

from models.networks.psp.config import EncoderConfig
from models.networks.stylegan2.config import ModelError

_MAP_OF_SIDE = {16: ("encoder.feature.", "encoder.feature_body."), 32: ("encoder.fine_map.",)}
_READERS = {"encoder.stem.weight", "encoder.fine_map.look.weight"}
"""Convolutions that read the planes themselves, folded."""
_DETAIL = "encoder.detail."


def continued(
    weights: dict[str, Tensor],
    before: EncoderConfig,
    wanted: dict[str, Tensor],
    after: EncoderConfig,
    source: Path,
) -> dict[str, Tensor]:
    """Weights of an encoder that goes on as another one.

    New codes begin as the finest known, ink of twice the side is read as before, new planes begin
    unread, and a map of another side or other planes of detail begin as they were made, at zero.

    Args:
        weights, before: of the trained encoder.
        wanted, after: of the new one, freshly made.
        source: where the weights come from, for the message.

    Raises:
        ModelError: anything else differs.
    """
    known = dict(weights)
    if before.feature_side != after.feature_side:
        gone, fresh = _MAP_OF_SIDE[before.feature_side], _MAP_OF_SIDE[after.feature_side]
        known = {name: value for name, value in known.items() if not name.startswith(gone)}
        known |= {name: value for name, value in wanted.items() if name.startswith(fresh)}
    if before.detail_channels != after.detail_channels:
        known = {name: value for name, value in known.items() if not name.startswith(_DETAIL)}
        known |= {name: value for name, value in wanted.items() if name.startswith(_DETAIL)}
    for name in _READERS & known.keys() & wanted.keys():
        if after.ink_size == 2 * before.ink_size:
            known[name] = _of_finer_ink(known[name], before.first_channels)
        if before.planes < after.planes:
            known[name] = _with_unread(known[name], wanted[name].shape[1])
    return {name: _with_more_codes(name, value, wanted, source) for name, value in known.items()}


def _with_unread(reader: Tensor, channels: int) -> Tensor:
    """Weights (C, c, 3, 3) of a first convolution for more channels; folded planes lie in order."""
    more = reader.new_zeros(len(reader), channels - reader.shape[1], *reader.shape[2:])
    return torch.cat([reader, more], dim=1)


def _of_finer_ink(weight: Tensor, planes: int) -> Tensor:
    """Weights (C, planes·f², k, k) that read folded planes, for planes of twice the side.

    Each new pixel counts a quarter of the one that it lies in; channels are as `PixelUnshuffle`
    orders them: planes, rows, columns.
    """
    fold = math.isqrt(weight.shape[1] // planes)
    apart = weight.unflatten(1, (planes, fold, fold)) / 4
    return apart.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3).flatten(1, 3)


def _with_more_codes(name: str, found: Tensor, wanted: dict[str, Tensor], source: Path) -> Tensor:
    shape = wanted[name].shape if name in wanted else torch.Size()
    rows = shape[0] - found.shape[0] if shape and found.shape else 0
    if rows > 0 and shape[1:] == found.shape[1:] and rows <= found.shape[0]:
        return torch.cat([found, found[-rows:]])
    if name not in wanted or found.shape != shape:
        raise ModelError(
            f"{source}: its encoder's '{name}' has the shape {tuple(found.shape)}, "
            f"expected {tuple(shape)}"
        )
    return found
