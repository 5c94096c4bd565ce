"""Begin an encoder from another: for a generator that has grown, more planes or a finer map."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from models.networks.psp.config import EncoderConfig
from models.networks.stylegan2.config import ModelError

_MAP_OF_SIDE = {16: ("encoder.feature.", "encoder.feature_body."), 32: ("encoder.fine_map.",)}
_STEM = "encoder.stem.weight"


def continued(
    weights: dict[str, Tensor],
    before: EncoderConfig,
    wanted: dict[str, Tensor],
    after: EncoderConfig,
    source: Path,
) -> dict[str, Tensor]:
    """Weights of an encoder that goes on as another one.

    New codes begin as the finest known, new planes begin unread, and a map of another side begins
    as it was made, at zero.

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
    if before.planes < after.planes and _STEM in known:
        known[_STEM] = _with_unread(known[_STEM], wanted[_STEM].shape[1])
    return {name: _with_more_codes(name, value, wanted, source) for name, value in known.items()}


def _with_unread(stem: Tensor, channels: int) -> Tensor:
    """Weights (C, c, 3, 3) of a first convolution for more channels; folded planes lie in order."""
    return torch.cat([stem, stem.new_zeros(len(stem), channels - stem.shape[1], 3, 3)], dim=1)


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
