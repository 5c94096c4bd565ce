"""One step of training, ours and the published one, on noise; fp32, without what comes rarely.

Left out of both: R1 (every 16th step), of the published one its path length (every 4th), of ours
the redrawn drawings (every 16th), and augmentation, whose p begins at 0.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn

from benchmarks.peers.checkouts import stylegan
from benchmarks.peers.pipelines import (
    PUBLISHED,
    SHIPPED,
    Widths,
    authors_generator,
    codes_of,
    irse50_config,
    published_config,
    published_pair,
)
from benchmarks.peers.turns import Job
from models.networks.perceptual.lpips import training_lpips
from models.networks.psp.config import PLANES, EncoderConfig
from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.training.encoder.config import EncoderTraining, LossWeights
from models.training.encoder.data import Batch
from models.training.encoder.state import new_encoder_state
from models.training.encoder.step import Surroundings, encoder_training_step
from models.training.gan.config import GanTraining
from models.training.gan.state import new_state
from models.training.gan.step import training_step
from models.training.parts.augment import AugmentConfig
from models.training.parts.losses import discriminator_loss, generator_loss

Step = Callable[[], object]
Backward = Callable[[str, Tensor, Tensor], None]
"""Of a phase's name, real pictures and latents: adds the gradients of the phase's loss."""

_NEVER = AugmentConfig(target=2.0)
"""No discriminator is surer than that, so that p stays 0."""
_FEATURE_SIDE, _DETAIL = 32, 4
"""Of the map of the bundle `lear`, its side and planes of detail."""
_PARTS = (3, 8, 1)
"""Drawings, recalled and plain sketches in each batch of twelve that `lear` learnt from."""
_SHIPPED_LOSSES = LossWeights(
    matching=0.0, fit=4.0, adherence=4.0, crowding=1.0, adversarial=0.0, ink_share=0.0
)
"""Of the last leg of `lear`, without redrawing."""
_FIT_ALONE = LossWeights(
    matching=0.0, fit=1.0, adherence=0.0, adversarial=0.0, offset=0.0, ink_share=0.0
)
_ADAM_RATE, _ADAM_BETA2, _REG_EVERY = 0.0025, 0.99, {"G": 4, "D": 16}
"""StyleGAN2-ADA's Adam, and how often each network's regulariser comes."""
_EMA_BETA = 0.998
_PSP_RATE, _PSP_LPIPS = 1e-4, 0.8
"""Of pSp's training: Adam's rate, and the weight of LPIPS beside the squared difference."""


def _fabric() -> Fabric:
    return Fabric(accelerator="cpu", devices=1, precision="32-true")


def _noise(job: Job, count: int, channels: int = 1) -> Tensor:
    return 2 * torch.rand(count, channels, job.side, job.side) - 1


def _light(job: Job, detail: int) -> GeneratorConfig:
    widths = SHIPPED if job.shipped else PUBLISHED
    return GeneratorConfig(
        resolution=job.side,
        **asdict(widths),
        feature_resolution=_FEATURE_SIDE,
        detail_channels=detail,
    )


def _judge_of(config: GeneratorConfig) -> DiscriminatorConfig:
    return DiscriminatorConfig(
        resolution=config.resolution,
        channel_base=config.channel_base,
        channel_max=config.channel_max,
        layout=config.layout,
    )


def our_gan_step(job: Job) -> Step:
    """A step of `train-gan` against a discriminator, in the light layout."""
    fabric, config = _fabric(), _light(job, 0)
    training = GanTraining(batch=job.batch, r1_gamma=0.0, augment=_NEVER)
    state = new_state(config, _judge_of(config), training, fabric.device)
    pictures = _noise(job, job.batch)
    return lambda: training_step(fabric, state, pictures)


def published_gan_step(job: Job) -> Step:
    """StyleGAN2-ADA's phases `Gmain` and `Dmain`, each with its Adam, and the average."""
    widths = SHIPPED if job.shipped else PUBLISHED
    begin = _authors_gan if job.stylegan else _stand_in_gan
    generator, discriminator, backward = begin(job, widths)
    average = copy.deepcopy(generator).eval().requires_grad_(False)
    phases = [
        (f"{name}main", network.train().requires_grad_(False), _lazy_adam(network, every))
        for (name, every), network in zip(
            _REG_EVERY.items(), (generator, discriminator), strict=True
        )
    ]
    reals = _noise(job, job.batch)

    def step() -> None:
        for name, network, adam in phases:
            adam.zero_grad(set_to_none=True)
            network.requires_grad_(True)
            backward(name, reals, torch.randn(job.batch, widths.z_dim))
            network.requires_grad_(False)
            for parameter in network.parameters():
                if parameter.grad is not None:
                    torch.nan_to_num(parameter.grad, 0.0, 1e5, -1e5, out=parameter.grad)
            adam.step()
        _follow(average, generator)

    return step


def _lazy_adam(network: nn.Module, every: int) -> torch.optim.Adam:
    share = every / (every + 1)
    betas = (0.0, _ADAM_BETA2**share)
    return torch.optim.Adam(network.parameters(), lr=_ADAM_RATE * share, betas=betas, eps=1e-8)


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module) -> None:
    for kept, new in zip(average.parameters(), network.parameters(), strict=True):
        kept.copy_(new.lerp(kept, _EMA_BETA))
    for held, now in zip(average.buffers(), network.buffers(), strict=True):
        held.copy_(now)


def _authors_gan(job: Job, widths: Widths) -> tuple[Any, Any, Backward]:
    """Networks and loss by their authors."""
    assert job.stylegan is not None
    networks, losses = stylegan(job.stylegan)
    generator = authors_generator(networks, job.side, 1, widths)
    discriminator = networks.Discriminator(
        c_dim=0,
        img_resolution=job.side,
        img_channels=1,
        channel_base=widths.channel_base,
        channel_max=widths.channel_max,
    )
    loss = losses.StyleGAN2Loss(
        device=torch.device("cpu"),
        G_mapping=generator.mapping,
        G_synthesis=generator.synthesis,
        D=discriminator,
    )
    labels = torch.zeros(job.batch, 0)

    def backward(phase: str, reals: Tensor, latents: Tensor) -> None:
        loss.accumulate_gradients(
            phase=phase,
            real_img=reals,
            real_c=labels,
            gen_z=latents,
            gen_c=labels,
            sync=True,
            gain=1,
        )

    return generator, discriminator, backward


def _stand_in_gan(job: Job, widths: Widths) -> tuple[Any, Any, Backward]:
    """Our networks of the published layout, with what the published phases compute."""
    config = published_config(job.side, 1, widths)
    generator, discriminator = Generator(config), Discriminator(_judge_of(config))

    def backward(phase: str, reals: Tensor, latents: Tensor) -> None:
        fakes = discriminator(generator(latents, noise_mode="random"))
        if phase == "Gmain":
            generator_loss(fakes).backward()
        else:
            discriminator_loss(discriminator(reals), fakes).backward()

    return generator, discriminator, backward


def our_encoder_step(job: Job) -> Step:
    """A step of `train-encoder`: as `lear` was trained, or on the published shapes.

    As shipped the light encoder sees three planes and gives codes and a map, the generator learns
    too, and sketches have losses of their own. On the published shapes the encoder is IR-SE-50 and
    gives codes, the generator is frozen, and all answers are compared with their pictures.
    """
    generator = _light(job, _DETAIL if job.shipped else 0)
    config = _shipped_encoder(generator) if job.shipped else irse50_config(generator, 1)
    drawings, recalled, sketches = _parts_of(job.batch) if job.shipped else (job.batch, 0, 0)
    training = EncoderTraining(
        drawings=drawings,
        recalled=recalled,
        sketches=sketches,
        prior=0,
        generator_rate=0.001 if job.shipped else 0.0,
        weights=_SHIPPED_LOSSES if job.shipped else _FIT_ALONE,
        augment=_NEVER,
    )
    fabric = _fabric()
    discriminator = Discriminator(_judge_of(generator))
    state = new_encoder_state(config, training, Generator(generator), discriminator, fabric.device)
    batch = Batch(
        _noise(job, job.batch, config.planes),
        _noise(job, training.pairs),
        _noise(job, job.batch),
        torch.empty(0, dtype=torch.int64),
    )
    around = Surroundings((0.0, 1.0), training_lpips().requires_grad_(False))
    return lambda: encoder_training_step(fabric, state, batch, around)


def _shipped_encoder(generator: GeneratorConfig) -> EncoderConfig:
    channels, side, _ = generator.feature_shape
    return EncoderConfig(
        ink_size=generator.resolution,
        num_ws=generator.num_ws,
        w_dim=generator.w_dim,
        feature_channels=channels,
        feature_side=side,
        detail_channels=generator.detail_channels,
        planes=len(PLANES),
    )


def _parts_of(batch: int) -> tuple[int, int, int]:
    whole = sum(_PARTS)
    recalled, sketches = batch * _PARTS[1] // whole, max(1, batch * _PARTS[2] // whole)
    return batch - recalled - sketches, recalled, sketches


def published_encoder_step(job: Job) -> Step:
    """pSp's training step: squared difference and LPIPS of answers, by a frozen generator.

    LPIPS is ours on AlexNet, since the authors' downloads its weights.
    """
    encoder, synthesis = published_pair(job, 1)
    encoder.train()
    synthesis.train().requires_grad_(False)
    lpips = training_lpips().requires_grad_(False)
    adam = torch.optim.Adam(encoder.parameters(), lr=_PSP_RATE)
    ink, pictures = _noise(job, job.batch), _noise(job, job.batch)

    def step() -> None:
        adam.zero_grad()
        answers = synthesis(codes_of(encoder, ink))
        loss = F.mse_loss(answers, pictures) + _PSP_LPIPS * lpips(answers, pictures).mean()
        loss.backward()
        adam.step()

    return step
