"""Learning the four on the same pictures, with the same losses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.inversions.hypernetwork import Hypernetwork, coarse_difference, draw_changed
from models.networks.perceptual.lpips import training_lpips
from models.networks.psp.config import EncoderConfig
from models.networks.psp.inverter import Inverter, inverter_for
from models.networks.stylegan2.generator import Generator, Synthesis
from models.training.encoder.losses import delta_loss, offset_loss
from models.training.parts.losses import as_displayed

log = logging.getLogger(__name__)

BATCH, _RATE = 8, 1e-3
_PERCEPTUAL, _OFFSET, _DELTA, _LATENT, _R1 = 0.8, 0.005, 0.02, 0.1, 1.0
ENCODERS = ("pSp", "e4e", "ReStyle")
STEPS = 3
"""Refinements of ReStyle."""


@dataclass(frozen=True, slots=True, eq=False)
class Inversion:
    """A method that was learnt: pictures (n, 1, R, R) to codes, and codes to pictures.

    `redraw` draws codes, moved or not, as the method draws those that it found for `pictures`.
    """

    encode: Callable[[Tensor], Tensor]
    redraw: Callable[[Tensor, Tensor], Tensor]
    weights: int


def learn(
    generator: Generator, drawings: Tensor, pictures: int, seed: int
) -> Iterator[tuple[str, Inversion]]:
    """Learn one method after the other: those of `ENCODERS`, and HyperStyle.

    Args:
        generator: frozen.
        drawings: (m, 1, R, R) uint8; half of each batch, the other half are random pictures.
        pictures: that each sees. HyperStyle begins with the codes of e4e's encoder, as it is.
        seed: of everything random, for each.
    """
    synthesis = generator.synthesis
    encoders = {}
    for method in ENCODERS:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            encoders[method] = _encoder(method, generator, drawings, pictures)
        yield method, _with_codes(encoders[method], synthesis)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _hypernetwork(encoders["e4e"], generator, drawings, pictures)
    yield "HyperStyle", _with_kernels(encoders["e4e"], network, synthesis)


def _with_codes(inverter: Inverter, synthesis: Synthesis) -> Inversion:
    def encode(seen: Tensor) -> Tensor:
        codes: Tensor = inverter(seen, synthesis).w_plus
        return codes

    return Inversion(encode, lambda _, codes: synthesis(codes), _count(inverter))


def _with_kernels(inverter: Inverter, network: Hypernetwork, synthesis: Synthesis) -> Inversion:
    plain = _with_codes(inverter, synthesis)

    def redraw(seen: Tensor, codes: Tensor) -> Tensor:
        first = synthesis(plain.encode(seen)).clamp(-1, 1)
        return draw_changed(synthesis, codes, network(seen, first))

    return Inversion(plain.encode, redraw, plain.weights + _count(network))


def _encoder(method: str, generator: Generator, drawings: Tensor, pictures: int) -> Inverter:
    config = EncoderConfig(
        ink_size=generator.config.resolution,
        num_ws=generator.config.num_ws,
        w_dim=generator.config.w_dim,
        inversion="w_plus",
        feature_channels=0,
        steps=STEPS if method == "ReStyle" else 1,
    )
    inverter = inverter_for(generator, config).train()
    optimizer = torch.optim.Adam(inverter.parameters(), _RATE, (0.9, 0.99))
    judge = LatentJudge(generator.config.w_dim)
    of_judge = torch.optim.Adam(judge.parameters(), _RATE, (0.0, 0.99))
    perceptual = training_lpips()
    for step, seen in enumerate(_batches(generator, drawings, pictures)):
        _fall(optimizer, step, pictures // BATCH)
        with torch.autocast("cpu", torch.bfloat16):
            codes = inverter(seen, generator.synthesis).w_plus
            drawn = as_displayed(generator.synthesis(codes).float())
            loss = _PERCEPTUAL * perceptual(drawn, seen).mean()
        loss = loss + coarse_difference(drawn, seen)
        loss = loss + _OFFSET * offset_loss(codes, inverter.w_avg)
        if method == "e4e":
            loss = loss + _DELTA * delta_loss(codes)
            loss = loss + _LATENT * F.softplus(-judge(codes.flatten(0, 1))).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if method == "e4e":
            _learn_judge(judge, of_judge, generator, codes.detach().flatten(0, 1))
        if step % 100 == 0:
            log.info("%s: picture %d, loss %.3f", method, step * BATCH, loss.item())
    return inverter.eval().requires_grad_(False)


def _hypernetwork(
    inverter: Inverter, generator: Generator, drawings: Tensor, pictures: int
) -> Hypernetwork:
    network = Hypernetwork(generator.synthesis).train()
    optimizer = torch.optim.Adam(network.parameters(), _RATE, (0.9, 0.99))
    perceptual = training_lpips()
    for step, seen in enumerate(_batches(generator, drawings, pictures)):
        _fall(optimizer, step, pictures // BATCH)
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                codes = inverter(seen, generator.synthesis).w_plus
                first = as_displayed(generator.synthesis(codes).float())
            changes = network(seen, first)
            drawn = as_displayed(draw_changed(generator.synthesis, codes, changes).float())
            loss = _PERCEPTUAL * perceptual(drawn, seen).mean()
        loss = loss + coarse_difference(drawn, seen)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            log.info("HyperStyle: picture %d, loss %.3f", step * BATCH, loss.item())
    return network.eval().requires_grad_(False)


class LatentJudge(nn.Sequential):
    """Tells codes (n, w_dim) of the generator's own from an encoder's: logits (n, 1).

    Source: Tov et al. 2021, "Designing an Encoder for StyleGAN Image Manipulation", section 4.2.
    """

    def __init__(self, w_dim: int) -> None:
        widths = (w_dim, 256, 256, 256)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.LeakyReLU(0.2)]
        super().__init__(*layers, nn.Linear(widths[-1], 1))


def _learn_judge(
    judge: LatentJudge, optimizer: torch.optim.Optimizer, generator: Generator, codes: Tensor
) -> None:
    with torch.no_grad():
        own = generator.mapping.to_w(torch.randn(len(codes), generator.config.z_dim))
    own.requires_grad_(True)
    told = judge(own)
    (slope,) = torch.autograd.grad(told.sum(), own, create_graph=True)
    loss = F.softplus(-told).mean() + F.softplus(judge(codes)).mean()
    loss = loss + _R1 * slope.square().sum(dim=1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _batches(generator: Generator, drawings: Tensor, pictures: int) -> Iterator[Tensor]:
    half = BATCH // 2
    for _ in range(pictures // BATCH):
        chosen = drawings[torch.randint(len(drawings), (half,))].float() / 127.5 - 1
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            own = generator(torch.randn(BATCH - half, generator.config.z_dim))
        yield torch.cat([chosen, own.clamp(-1, 1)])


def _fall(optimizer: torch.optim.Optimizer, step: int, steps: int) -> None:
    """The rate falls to 0 over the last third."""
    for group in optimizer.param_groups:
        group["lr"] = _RATE * min(1.0, 3 * (1 - step / steps))


def _count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
