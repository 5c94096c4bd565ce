"""What a published network was built with beside its weights: honoured here, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.networks.stylegan2.config import ModelError
from models.networks.stylegan2.layers import RESAMPLE_TAPS
from models.saved.restricted_pickle import PickledObject, objects_of

_ACTIVATIONS = ("lrelu", "linear")
_MUST_BE = {"num_channels": 1, "use_noise": True}
"""Of every module that has it; the rest of what there is to choose shows in the weights."""
_MUST_BE_IN_GENERATOR = {"architecture": "skip"}
_MUST_BE_IN_DISCRIMINATOR = {"architecture": "resnet"}


def conv_clamp_of(network: PickledObject, path: Path) -> float | None:
    """Where activations are cut off (published: at 256, in what was trained in half precision).

    Raises:
        ModelError: at different values in different layers.
    """
    found = {value for _, value in _values(network, "conv_clamp")}
    if len(found) > 1:
        raise ModelError(f"{path}: conv_clamp is {sorted(found, key=str)}; expected one value")
    (value,) = found or {None}
    return None if value is None else float(value)


def group_size_of(discriminator: PickledObject, path: Path) -> int:
    """The group of the minibatch standard deviation; published: 4, or 0 for the whole batch.

    Raises:
        ModelError: it is said nowhere, or is the whole batch.
    """
    sizes = [value for _, value in _values(discriminator, "group_size")]
    if len(sizes) != 1 or not sizes[0]:
        raise ModelError(f"{path}: mbstd_group_size is {sizes or None}; expected one number")
    return int(sizes[0])


def check_settings(network: PickledObject, generator: bool, path: Path) -> None:
    """Refuse a network that was built in a way that our layers are not.

    Raises:
        ModelError: names the setting, its value and what is expected.
    """
    for where, value in _values(network, "activation"):
        if value not in _ACTIVATIONS:
            _refuse(path, where, "activation", value, " or ".join(_ACTIVATIONS))
    special = _MUST_BE_IN_GENERATOR if generator else _MUST_BE_IN_DISCRIMINATOR
    for name, expected in (_MUST_BE | special).items():
        for where, value in _values(network, name):
            if value != expected:
                _refuse(path, where, name, value, str(expected))


def check_filters(tensors: dict[str, Tensor], path: Path) -> None:
    """Refuse low-passes of another kind than ours.

    Raises:
        ModelError: names the buffer and its shape.
    """
    taps = torch.tensor(RESAMPLE_TAPS)
    ours = torch.outer(taps, taps) / taps.sum().square()
    for name, value in tensors.items():
        if name.endswith("resample_filter") and (
            value.shape != ours.shape or not torch.allclose(value, ours, atol=1e-6)
        ):
            shape = "x".join(map(str, value.shape))
            raise ModelError(f"{path}: {name} is another filter ({shape}); expected 1, 3, 3, 1")


@torch.no_grad()
def scaled_as_ours(
    tensors: dict[str, Tensor], pickled: PickledObject, network: nn.Module
) -> dict[str, Tensor]:
    """Weights and biases times what the file multiplies them with, over what our layers do.

    So a mapping network of another `lr_multiplier` draws the same.
    """
    found, ours = dict(tensors), dict(network.named_modules())
    for where, module in objects_of(pickled):
        layer = ours.get(where.removesuffix("."))
        for name in ("weight", "bias"):
            theirs, own = module.state.get(f"{name}_gain"), getattr(layer, f"{name}_gain", None)
            if where + name in found and isinstance(theirs, int | float) and own:
                found[where + name] = found[where + name] * (float(theirs) / own)
    return found


def _values(network: PickledObject, name: str) -> Iterator[tuple[str, Any]]:
    for where, module in objects_of(network):
        if name in module.state:
            yield where.removesuffix("."), module.state[name]


def _refuse(path: Path, where: str, name: str, value: object, expected: str) -> None:
    raise ModelError(
        f"{path}: {name} of {where or 'the network'} is {value!r}; expected {expected}"
    )
