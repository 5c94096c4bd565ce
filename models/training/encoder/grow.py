"""Begin an encoder from another one, for a generator that has grown."""

from pathlib import Path

import torch
from torch import Tensor

from models.networks.stylegan2.config import ModelError


def with_more_codes(
    weights: dict[str, Tensor], wanted: dict[str, Tensor], source: Path
) -> dict[str, Tensor]:
    """Weights of an encoder for a generator that has grown: new codes begin as the finest known.

    Args:
        weights: of a trained encoder.
        wanted: of one with as many codes or more, for its shapes.
        source: where the weights come from, for the message.

    Raises:
        ModelError: anything but the number of codes differs.
    """
    grown = {}
    for name, found in weights.items():
        shape = wanted[name].shape if name in wanted else torch.Size()
        rows = shape[0] - found.shape[0] if shape and found.shape else 0
        if rows > 0 and shape[1:] == found.shape[1:] and rows <= found.shape[0]:
            found = torch.cat([found, found[-rows:]])
        if name not in wanted or found.shape != shape:
            raise ModelError(
                f"{source}: its encoder's '{name}' has the shape {tuple(weights[name].shape)}, "
                f"expected {tuple(shape)}"
            )
        grown[name] = found
    return grown
