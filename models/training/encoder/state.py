"""Everything an encoder run must remember, saved and restored as one."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from models.networks.layout import channels_last
from models.networks.psp.config import EncoderConfig
from models.networks.psp.inverter import Inverter, inverter_for
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import as_float32
from models.training.encoder.config import EncoderTraining
from models.training.parts.augment import Augment
from models.training.parts.feature_discriminator import FeatureDiscriminator
from models.training.parts.moments import MomentMatching
from models.training.parts.own_latents import OwnLatents

NETWORKS = ("inverter", "inverter_ema", "generator", "generator_ema", "discriminator")
OPTIMIZERS = ("optimizer_e", "optimizer_g", "optimizer_d")
MEMORIES = ("augment", "moments", "own_latents", "features")
NEW_OPTIMIZERS = ("optimizer_z", "optimizer_f")
"""These and `MEMORIES` a run may add when it goes on, and begins without."""


@dataclass(slots=True, eq=False)
class EncoderState:
    """Networks, optimizers and counters of a run; parts that may be None where asked for.

    `pictures_before` are those that the networks had seen when the run began with them; 0 where
    it gave them new layers.
    """

    training: EncoderTraining
    inverter: Inverter
    inverter_ema: Inverter
    generator: Generator
    generator_ema: Generator
    discriminator: Discriminator
    augment: Augment
    optimizer_e: torch.optim.Optimizer
    optimizer_g: torch.optim.Optimizer
    optimizer_d: torch.optim.Optimizer
    step: int = 0
    pictures_seen: int = 0
    pictures_before: int = 0
    moments: MomentMatching | None = None
    own_latents: OwnLatents | None = None
    features: FeatureDiscriminator | None = None

    @property
    def optimizer_f(self) -> torch.optim.Optimizer | None:
        """That of the second discriminator."""
        return None if self.features is None else self.features.optimizer

    @property
    def optimizer_z(self) -> torch.optim.Optimizer | None:
        """That of the drawings' own latents."""
        return None if self.own_latents is None else self.own_latents.optimizer


def new_encoder_state(
    config: EncoderConfig,
    training: EncoderTraining,
    generator: Generator,
    discriminator: Discriminator,
    device: torch.device,
) -> EncoderState:
    """A run before its first step.

    Args:
        config: shape of the encoder.
        training: choices of the run; its seed decides the encoder's weights.
        generator: trained; copied where it must not change.
        discriminator: the one the generator was trained against; goes on learning.
        device: where everything lives.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(training.seed)
        inverter = inverter_for(generator, config)
    learns = training.generator_rate > 0
    generator.requires_grad_(learns)
    generator.mapping.requires_grad_(learns)
    inverter_ema = copy.deepcopy(inverter).eval().requires_grad_(False)
    generator_ema = copy.deepcopy(generator).eval().requires_grad_(False)
    for network in (inverter, inverter_ema, generator, generator_ema, discriminator):
        channels_last(network, device)
    share = training.r1_every / (training.r1_every + 1)
    return EncoderState(
        training=training,
        inverter=inverter.train(),
        inverter_ema=inverter_ema,
        generator=generator,
        generator_ema=generator_ema,
        discriminator=discriminator.train(),
        augment=Augment(training.augment).to(device),
        optimizer_e=_adam(inverter, training.learning_rate, 0.9, training.beta2),
        optimizer_g=_adam(generator, training.generator_rate, 0.0, training.beta2),
        optimizer_d=_adam(
            discriminator, training.discriminator_rate * share, 0.0, training.beta2**share
        ),
    )


def _adam(network: nn.Module, rate: float, beta1: float, beta2: float) -> torch.optim.Adam:
    return torch.optim.Adam(
        network.parameters(), lr=rate, betas=(beta1, beta2), eps=1e-8, foreach=True
    )


def encoder_state_to_dict(state: EncoderState) -> dict[str, Any]:
    """Tensors and plain values that restore the run exactly (random states aside)."""
    saved: dict[str, Any] = {
        "encoder_config": state.inverter.config.to_dict(),
        "generator_config": state.generator.config.to_dict(),
        "discriminator_config": state.discriminator.config.to_dict(),
        "training": state.training.to_dict(),
        "step": state.step,
        "pictures_seen": state.pictures_seen,
        "pictures_before": state.pictures_before,
    }
    for name in (*NETWORKS, *MEMORIES, *OPTIMIZERS, *NEW_OPTIMIZERS):
        if getattr(state, name) is not None:
            saved[name] = getattr(state, name).state_dict()
    return saved


def restore_encoder_state(state: EncoderState, saved: dict[str, Any]) -> None:
    """Put a saved run back into a state of the same shapes; rates stay those now chosen."""
    for name in NETWORKS:
        getattr(state, name).load_state_dict(as_float32(saved[name]))
    for name in MEMORIES:
        if getattr(state, name) is not None and name in saved:
            getattr(state, name).load_state_dict(as_float32(saved[name]))
    for name in (*OPTIMIZERS, *NEW_OPTIMIZERS):
        optimizer = getattr(state, name)
        if name in NEW_OPTIMIZERS and (optimizer is None or name not in saved):
            continue
        chosen = [(group["lr"], group["betas"]) for group in optimizer.param_groups]
        optimizer.load_state_dict(saved[name])
        for group, (rate, betas) in zip(optimizer.param_groups, chosen, strict=True):
            group.update(lr=rate, betas=betas)
    state.step, state.pictures_seen = saved["step"], saved["pictures_seen"]
    state.pictures_before = saved.get("pictures_before", 0)
