"""Ink to picture as it was published: pSp's encoder and StyleGAN2's generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from benchmarks.peers.checkouts import psp_encoder, psp_generator, stylegan
from benchmarks.peers.turns import Job
from models.networks.psp.config import EncoderConfig
from models.networks.psp.inverter import inverter_for
from models.networks.stylegan2.config import GeneratorConfig
from models.networks.stylegan2.generator import Generator


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide networks are; the names of `GeneratorConfig`."""

    z_dim: int
    w_dim: int
    mapping_layers: int
    channel_base: int
    channel_max: int


PUBLISHED = Widths(z_dim=512, w_dim=512, mapping_layers=8, channel_base=8192, channel_max=512)
SHIPPED = Widths(z_dim=16, w_dim=128, mapping_layers=2, channel_base=2048, channel_max=128)
"""Of the bundle `lear`."""
COLOURS = 3


def published_config(side: int, channels: int, widths: Widths) -> GeneratorConfig:
    """The shape of StyleGAN2's published generator."""
    return GeneratorConfig(
        resolution=side, img_channels=channels, layout="published", **asdict(widths)
    )


def irse50_config(generator: GeneratorConfig, channels: int) -> EncoderConfig:
    """The shape of pSp's published encoder for a generator."""
    return EncoderConfig(
        backbone="irse50",
        ink_size=generator.resolution,
        input_channels=channels,
        num_ws=generator.num_ws,
        w_dim=generator.w_dim,
        inversion="w_plus",
        feature_channels=0,
    )


def authors_generator(networks: Any, side: int, channels: int, widths: Widths) -> Any:
    """StyleGAN2's generator by its authors, untrained, from their module `networks`."""
    return networks.Generator(
        z_dim=widths.z_dim,
        c_dim=0,
        w_dim=widths.w_dim,
        img_resolution=side,
        img_channels=channels,
        mapping_kwargs={"num_layers": widths.mapping_layers},
        synthesis_kwargs={"channel_base": widths.channel_base, "channel_max": widths.channel_max},
    )


def published_pair(job: Job, channels: int) -> tuple[Any, Any]:
    """Published encoder (ink to codes) and synthesis (codes to picture), as modules.

    Whichever a job has a checkout of is its authors', the other ours of the published shape.
    """
    config = published_config(job.side, channels, PUBLISHED)
    generator = Generator(config)
    synthesis: Any = generator.synthesis
    if job.psp:
        encoder = psp_encoder(job.psp, config.num_ws, channels)
    else:
        encoder = inverter_for(generator, irse50_config(config, channels)).encoder
    if job.stylegan:
        networks, _ = stylegan(job.stylegan)
        synthesis = authors_generator(networks, job.side, channels, PUBLISHED).synthesis
    return encoder, synthesis


def codes_of(encoder: Any, ink: Tensor) -> Tensor:
    """Codes (n, num_ws, w_dim) of ink; our encoder gives a map beside, which is None here."""
    found = encoder(ink)
    codes: Tensor = found[0] if isinstance(found, tuple) else found
    return codes


def published_answer(job: Job) -> Callable[[], object]:
    """Ink to picture by encoder and generator."""
    encoder, synthesis = (part.eval() for part in published_pair(job, COLOURS))
    ink = torch.ones(1, COLOURS, job.side, job.side)

    def answer() -> object:
        with torch.no_grad():
            return synthesis(codes_of(encoder, ink), noise_mode="const")

    return answer


def psp_answer(job: Job) -> Callable[[], object]:
    """Ink to picture by pSp's own code alone, whose generator is four times as wide."""
    assert job.psp is not None
    generator = psp_generator(job.psp, job.side).eval()
    encoder = psp_encoder(job.psp, generator.n_latent, COLOURS).eval()
    ink = torch.ones(1, COLOURS, job.side, job.side)

    def answer() -> object:
        with torch.no_grad():
            return generator([encoder(ink)], input_is_latent=True, randomize_noise=False)

    return answer
