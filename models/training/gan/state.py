"""Everything a GAN run must remember, saved and restored as one."""

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from models.networks.layout import channels_last
from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import as_float32
from models.training.gan.config import GanTraining
from models.training.parts.augment import Augment
from models.training.parts.feature_discriminator import FeatureDiscriminator
from models.training.parts.losses import PathLength
from models.training.parts.moments import MomentMatching
from models.training.parts.own_latents import OwnLatents

NEW_PARTS = ("moments", "own_latents", "optimizer_z", "features", "optimizer_f")
"""What a run may add when it goes on, and begins without."""


@dataclass(slots=True, eq=False)
class GanState:
    """Networks, optimizers, augmentation and counters of a run.

    `pictures_before` are those that the networks had seen when the run began with them.
    """

    training: GanTraining
    generator: Generator
    discriminator: Discriminator
    ema: Generator
    optimizer_g: torch.optim.Adam
    optimizer_d: torch.optim.Adam
    augment: Augment
    path_length: PathLength
    moments: MomentMatching | None = None
    own_latents: OwnLatents | None = None
    features: FeatureDiscriminator | None = None
    step: int = 0
    pictures_seen: int = 0
    pictures_before: int = 0
    real_sign_sum: float = 0.0
    real_sign_count: int = 0

    def modules(self) -> dict[str, nn.Module]:
        """The parts with tensors, by the name they have in a checkpoint."""
        parts = {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "ema": self.ema,
            "augment": self.augment,
            "path_length": self.path_length,
        }
        optional = {
            "moments": self.moments,
            "own_latents": self.own_latents,
            "features": self.features,
        }
        return parts | {name: part for name, part in optional.items() if part is not None}

    def optimizers(self) -> dict[str, torch.optim.Adam]:
        """The optimizers, by the name they have in a checkpoint."""
        found = {"optimizer_g": self.optimizer_g, "optimizer_d": self.optimizer_d}
        optional = {"optimizer_z": self.own_latents, "optimizer_f": self.features}
        return found | {name: part.optimizer for name, part in optional.items() if part is not None}


def lazy_adam(model: nn.Module, training: GanTraining, every: int) -> torch.optim.Adam:
    """Adam with rate and betas corrected for a regulariser applied every `every` steps.

    Source: Karras et al. 2020, "Analyzing and Improving ...", appendix B.
    """
    share = every / (every + 1) if every > 0 else 1.0
    return torch.optim.Adam(
        model.parameters(),
        lr=training.learning_rate * share,
        betas=(0.0, training.beta2**share),
        eps=1e-8,
        foreach=True,
    )


def new_state(
    generator_config: GeneratorConfig,
    discriminator_config: DiscriminatorConfig,
    training: GanTraining,
    device: torch.device,
) -> GanState:
    """A run before its first step; weights follow from the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(training.seed)
        generator = Generator(generator_config)
        discriminator = Discriminator(discriminator_config)
    ema = copy.deepcopy(generator).eval().requires_grad_(False)
    for network in (generator, discriminator, ema):
        channels_last(network, device)
    path_every = training.path_every if training.path_weight > 0 else 0
    return GanState(
        training=training,
        generator=generator,
        discriminator=discriminator,
        ema=ema,
        optimizer_g=lazy_adam(generator, training, path_every),
        optimizer_d=lazy_adam(discriminator, training, training.r1_every),
        augment=Augment(training.augment).to(device),
        path_length=PathLength().to(device),
    )


def state_to_dict(state: GanState) -> dict[str, Any]:
    """Tensors and plain values that restore the run exactly (random states aside)."""
    return {
        "generator_config": state.generator.config.to_dict(),
        "discriminator_config": state.discriminator.config.to_dict(),
        "training": state.training.to_dict(),
        **{name: module.state_dict() for name, module in state.modules().items()},
        **{name: optimizer.state_dict() for name, optimizer in state.optimizers().items()},
        "step": state.step,
        "pictures_seen": state.pictures_seen,
        "pictures_before": state.pictures_before,
        "real_sign": [state.real_sign_sum, state.real_sign_count],
    }


def restore_state(state: GanState, saved: dict[str, Any]) -> None:
    """Put a complete saved run back into a state of the same shapes.

    The learning rate is the new run's, so that it can be lowered between two calls.
    """
    for name, module in state.modules().items():
        if name in saved or name not in NEW_PARTS:
            module.load_state_dict(as_float32(saved[name]))
    for name, optimizer in state.optimizers().items():
        if name not in saved and name in NEW_PARTS:
            continue
        chosen = [{key: group[key] for key in ("lr", "betas")} for group in optimizer.param_groups]
        optimizer.load_state_dict(saved[name])
        for group, rates in zip(optimizer.param_groups, chosen, strict=True):
            group.update(rates)
    state.step = saved["step"]
    state.pictures_seen = saved["pictures_seen"]
    state.pictures_before = saved.get("pictures_before", 0)
    state.real_sign_sum, state.real_sign_count = saved["real_sign"]
