"""Begin from another run: the same size, or grown to a larger one."""

from typing import Any

import torch

from models.stylegan2.config import ModelError
from models.training.checkpoint import as_float32
from models.training.gan_state import GanState

NETWORKS = ("generator", "ema", "discriminator")


def start_from(state: GanState, saved: dict[str, Any]) -> list[str]:
    """Copy every tensor of a saved run that fits into a new run's networks.

    A block that the saved run does not have (a higher resolution) keeps its fresh weights, and so
    does the discriminator's reader of pictures when it moves to a new block. Optimizers, counters
    and the average of path lengths start anew; the augmentation keeps its p.

    Args:
        state: new run, at the same or a higher resolution than `saved`.
        saved: checkpoint as `load_checkpoint` gives it; `discriminator` may be absent.

    Returns:
        Names of the tensors that stay fresh, as `network.name`.

    Raises:
        ModelError: a tensor of the same name has another shape.
    """
    fresh = []
    for network in NETWORKS:
        source = as_float32(saved.get(network, saved["ema"] if network == "generator" else {}))
        module = state.modules()[network]
        target = module.state_dict()
        for name, value in target.items():
            if name not in source:
                fresh.append(f"{network}.{name}")
                continue
            if source[name].shape != value.shape:
                raise ModelError(
                    f"{network}.{name} is {tuple(source[name].shape)} in the checkpoint and "
                    f"{tuple(value.shape)} here: expected the same channels and layout"
                )
            target[name] = source[name]
        module.load_state_dict(target)
    _quiet_new_blocks(state, fresh)
    if "augment" in saved:
        state.augment.load_state_dict(as_float32(saved["augment"]))
    return fresh


@torch.no_grad()
def _quiet_new_blocks(state: GanState, fresh: list[str]) -> None:
    """Start new pictures' contributions at zero: the grown generator draws what it drew, larger."""
    for network in ("generator", "ema"):
        parameters = dict(state.modules()[network].named_parameters())
        for name in fresh:
            owner, _, inner = name.partition(".")
            if owner == network and inner.endswith("torgb.weight"):
                parameters[inner].zero_()
