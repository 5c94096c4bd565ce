"""One step of encoder training: answers, their losses, then the discriminator."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from lightning_fabric import Fabric
from torch import Tensor

from models.measures.likeness import coarse_loss, darkness
from models.networks.perceptual.lpips import Lpips
from models.networks.psp.inverter import Codes
from models.training.encoder import losses as losses
from models.training.encoder.data import Batch
from models.training.encoder.state import EncoderState
from models.training.parts.discriminator_step import discriminator_step
from models.training.parts.ema import ema_beta, update_ema
from models.training.parts.gradients import average_gradients
from models.training.parts.losses import (
    as_displayed,
    generator_loss,
    lazy_weight,
    with_instance_noise,
)
from models.training.parts.moments import MomentMatching

EMA_RAMP_UP = 0.05
MUCH_INK = 0.02
"""Mean darkness of ink above which a sketch counts as full; half of those trained on are."""
_DRAWINGS, _FEW_LINES, _MANY_LINES, _PRIOR = range(4)
_NEIGHBOURS = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x]
MOMENT_GROUPS = 4
"""Matched apart: answers to simplified drawings, to few lines and to many, and samples."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What losses need beside the networks.

    Args:
        ink_share: lowest and highest mean darkness that costs nothing: the 40th and 80th percentile
            of the collection.
        perceptual: LPIPS, or None where its weight is 0.
    """

    ink_share: tuple[float, float]
    perceptual: Lpips | None = None


def encoder_training_step(
    fabric: Fabric, state: EncoderState, batch: Batch, reals: Tensor, around: Surroundings
) -> dict[str, float]:
    """One step; returns scalars.

    Args:
        fabric: device and precision.
        state: the run, changed in place.
        batch: ink and targets of this process.
        reals: (n, c, R, R) drawings of the collection for the discriminator.
        around: see `Surroundings`.
    """
    batch = Batch(*(tensor.to(fabric.device) for tensor in batch))
    scalars, fakes = _answer_step(fabric, state, batch, around)
    with torch.no_grad():
        reals, fakes = _shown(state, reals.to(fabric.device)), _shown(state, fakes)
    training = state.training
    logits, judged = discriminator_step(
        fabric,
        state.discriminator,
        state.optimizer_d,
        (reals, fakes),
        lazy_weight(training.r1_gamma, training.r1_every, state.step),
        state.features,
    )
    scalars |= judged | _adapt_augment(fabric, state, logits)
    seen = len(batch.ink) * fabric.world_size
    state.step += 1
    state.pictures_seen += seen
    # Networks that were trained before need no short average at the beginning.
    so_far = state.pictures_before + state.pictures_seen
    beta = ema_beta(seen, so_far, training.ema_half_life, EMA_RAMP_UP)
    update_ema(state.inverter_ema, state.inverter, beta)
    if training.generator_rate > 0:
        update_ema(state.generator_ema, state.generator, beta)
    return scalars


def _answer_step(
    fabric: Fabric, state: EncoderState, batch: Batch, around: Surroundings
) -> tuple[dict[str, float], Tensor]:
    """Update the encoder, and the generator where it learns; returns the answers, detached."""
    training = state.training
    state.discriminator.requires_grad_(False)
    state.optimizer_e.zero_grad(set_to_none=True)
    state.optimizer_g.zero_grad(set_to_none=True)
    with fabric.autocast():
        codes, answers = _answer(state, batch.ink)
        fakes, drawings = answers, None
        if training.prior_due(state.step):
            samples, drawings = _prior_samples(state, fabric.device)
            fakes = torch.cat([answers, samples])
        moves = state.augment.sample_matrices(len(fakes), fabric.device)
        shown = _shown(state, fakes, moves)
        seen = state.discriminator.features(shown)
        parts = {"adversarial": generator_loss(state.discriminator.b4(seen[-1]).float())}
        if state.features is not None:
            parts["features"] = state.features.loss(shown)
        parts |= _code_losses(state, batch, codes)
        parts |= _sketch_losses(state, batch, answers, around)
        if state.moments is not None:
            groups = _answer_groups(batch.ink, training.pairs)
            parts["moments"] = _moment_loss(fabric, state.moments, fakes, groups)
        if state.own_latents is not None and drawings is not None:
            parts["redraw"] = state.own_latents.loss(fakes[-len(drawings) :], drawings)
        if training.pairs:
            targets = _shown(state, batch.targets, moves[: training.pairs])
            parts |= _pair_losses(state, batch, answers, (seen, targets), around)
    weights = training.weights
    total = torch.stack([getattr(weights, name) * loss for name, loss in parts.items()]).sum()
    total.backward()
    average_gradients(fabric, state.inverter.parameters())
    state.optimizer_e.step()
    if training.generator_rate > 0:
        average_gradients(fabric, state.generator.parameters())
        state.optimizer_g.step()
    if state.own_latents is not None and drawings is not None:
        average_gradients(fabric, state.own_latents.parameters())
        state.own_latents.update()
    state.discriminator.requires_grad_(True)
    return {f"loss/{name}": loss.item() for name, loss in parts.items()}, fakes.detach()


def _answer(state: EncoderState, ink: Tensor) -> tuple[Codes, Tensor]:
    """Codes of ink, and the pictures they stand for as the table shows them."""
    codes = state.inverter(ink, state.generator.synthesis)
    return codes, as_displayed(state.generator.synthesis(codes.w_plus, codes.feature))


def _prior_samples(state: EncoderState, device: torch.device) -> tuple[Tensor, Tensor | None]:
    """Samples of random latents, then of the drawings' own, and those drawings."""
    mapping, count = state.generator.mapping, state.training.prior
    own, drawings = None, None
    if state.own_latents is not None:
        own, drawings = state.own_latents.choose(count // 2)
        count -= len(own)
    w = mapping.to_w(torch.randn(count, mapping.z_dim, device=device))
    mapping.track_w_avg(w)
    if own is not None:
        w = torch.cat([w, mapping.to_w(own)])
    ws = w[:, None].expand(-1, state.generator.synthesis.num_ws, -1)
    return as_displayed(state.generator.synthesis(ws, noise_mode="random")), drawings


def _code_losses(state: EncoderState, batch: Batch, codes: Codes) -> dict[str, Tensor]:
    """Losses of the codes alone."""
    training = state.training
    parts = {"offset": losses.offset_loss(codes.w_plus, state.inverter.w_avg)}
    if training.weights.delta > 0:
        parts["delta"] = losses.delta_loss(codes.w_plus)
    if training.weights.code > 0:
        known = batch.codes
        if state.own_latents is not None:
            with torch.no_grad():
                own = state.generator.mapping.to_w(state.own_latents.z[batch.drawn])
            known = torch.cat([known.reshape(-1, own.shape[1]), own])
        if len(known):
            found = codes.w_plus[: len(known)]
            parts["code"] = (found - known[:, None]).square().mean()
    return parts


def _answer_groups(ink: Tensor, pairs: int) -> Tensor:
    """The group of the answer to each ink (n, 1, S, S) in moment matching; the pairs come first."""
    many = darkness(ink).mean(dim=(1, 2, 3)) > MUCH_INK
    groups = torch.where(many, _MANY_LINES, _FEW_LINES)
    groups[:pairs] = _DRAWINGS
    return groups


def _moment_loss(fabric: Fabric, moments: MomentMatching, fakes: Tensor, groups: Tensor) -> Tensor:
    """Moment matching of the answers, first in `fakes`, and of the samples after them."""
    count = len(groups)
    loss: Tensor = moments(fabric, fakes[:count], groups)
    if len(fakes) > count:
        samples = fakes[count:]
        loss = loss + moments(fabric, samples, groups.new_full((len(samples),), _PRIOR))
    return loss


def _pair_losses(
    state: EncoderState,
    batch: Batch,
    answers: Tensor,
    judged: tuple[list[Tensor], Tensor],
    around: Surroundings,
) -> dict[str, Tensor]:
    """Losses that need the picture an ink stands for.

    `judged` are the discriminator's activations of the answers, and the targets as it sees them.
    """
    count = state.training.pairs
    found, (seen, targets) = answers[:count], judged
    with torch.no_grad():
        wanted = state.discriminator.features(targets)
    parts = {
        "matching": losses.matching_loss([x[:count] for x in seen], wanted),
        "coarse": coarse_loss(found, batch.targets),
    }
    if around.perceptual is not None:
        parts["perceptual"] = around.perceptual(found, batch.targets).mean()
    return parts


def _sketch_losses(
    state: EncoderState, batch: Batch, answers: Tensor, around: Surroundings
) -> dict[str, Tensor]:
    """Losses that need only the ink."""
    training = state.training
    drawn, ink = answers[training.pairs :], batch.ink[training.pairs :]
    parts = {
        "adherence": losses.adherence_loss(drawn, ink, training.recall_target),
        "ink_share": losses.ink_share_loss(answers, *around.ink_share),
    }
    if training.weights.crowding > 0:
        parts["crowding"] = losses.crowding_loss(drawn, ink)
    if training.weights.calm > 0:
        towards = _NEIGHBOURS[int(torch.randint(len(_NEIGHBOURS), ()))]
        parts["calm"] = losses.calm_loss(lambda x: _answer(state, x)[1], ink, drawn, towards)
    return parts


def _shown(state: EncoderState, pictures: Tensor, moves: Tensor | None = None) -> Tensor:
    """Pictures as the discriminators see them; `moves` where others are moved alike."""
    return with_instance_noise(state.augment(pictures, moves), state.training.instance_noise)


def _adapt_augment(fabric: Fabric, state: EncoderState, logits: Tensor) -> dict[str, float]:
    """Move p by the sign of the discriminator on the drawings of all processes."""
    sign = logits.sign().mean()
    everywhere = fabric.all_reduce(sign, reduce_op="mean") if fabric.world_size > 1 else sign
    state.augment.adapt(float(everywhere), len(logits) * fabric.world_size)
    return {"logits/real_sign": sign.item(), "augment/p": float(state.augment.p)}
