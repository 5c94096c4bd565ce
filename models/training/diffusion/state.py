"""Everything a denoiser's run must remember, saved and restored as one."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch

from models.networks.denoiser.config import DenoiserConfig
from models.networks.denoiser.unet import Denoiser
from models.networks.layout import channels_last
from models.saved.checkpoint import State, as_float32
from models.training.diffusion.config import DiffusionTraining


@dataclass(slots=True, eq=False)
class DiffusionState:
    """Network, its average, optimizer and counters of a run.

    `pictures_before` are those that the network had seen when the run began with it.
    """

    training: DiffusionTraining
    network: Denoiser
    ema: Denoiser
    optimizer: torch.optim.Adam
    step: int = 0
    pictures_seen: int = 0
    pictures_before: int = 0


def new_state(
    config: DenoiserConfig, training: DiffusionTraining, device: torch.device
) -> DiffusionState:
    """A run before its first step; weights follow from the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(training.seed)
        network = Denoiser(config)
    ema = copy.deepcopy(network).eval().requires_grad_(False)
    for each in (network, ema):
        channels_last(each, device)
    optimizer = torch.optim.Adam(
        network.parameters(),
        lr=training.learning_rate,
        betas=(0.9, training.beta2),
        foreach=True,
    )
    return DiffusionState(training, network, ema, optimizer)


def state_to_dict(state: DiffusionState) -> dict[str, Any]:
    """Tensors and plain values that restore the run exactly (random states aside)."""
    return {
        "denoiser_config": state.network.config.to_dict(),
        "training": state.training.to_dict(),
        "network": state.network.state_dict(),
        "ema": state.ema.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "step": state.step,
        "pictures_seen": state.pictures_seen,
        "pictures_before": state.pictures_before,
    }


def restore_state(state: DiffusionState, saved: State) -> None:
    """Put a complete saved run back into a state of the same shapes.

    The learning rate is the new run's, so that it can be lowered between two calls.
    """
    state.network.load_state_dict(as_float32(saved["network"]))
    state.ema.load_state_dict(as_float32(saved["ema"]))
    chosen = [
        {key: group[key] for key in ("lr", "betas")} for group in state.optimizer.param_groups
    ]
    state.optimizer.load_state_dict(saved["optimizer"])
    for group, rates in zip(state.optimizer.param_groups, chosen, strict=True):
        group.update(rates)
    state.step, state.pictures_seen = saved["step"], saved["pictures_seen"]
    state.pictures_before = saved["pictures_before"]


def start_from(state: DiffusionState, saved: State) -> None:
    """Begin a new run with the average of a saved one; pictures are counted anew."""
    for network in (state.network, state.ema):
        network.load_state_dict(as_float32(saved["ema"]))
    state.pictures_before = saved["pictures_seen"] + saved["pictures_before"]
