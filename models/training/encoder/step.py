"""One step of encoder training: answers, their losses, then the discriminator."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from lightning_fabric import Fabric
from torch import Tensor

from models.measures.likeness import darkness
from models.networks.perceptual.lpips import Lpips
from models.networks.psp.inverter import Codes
from models.training.encoder import losses as losses
from models.training.encoder.config import EncoderTraining
from models.training.encoder.data import Batch
from models.training.encoder.state import EncoderState
from models.training.parts.collective import mean_of_all
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
from models.training.parts.own_latents import redraw_loss

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
        perceptual: LPIPS of `fit`, or None where its weight is 0.
    """

    ink_share: tuple[float, float]
    perceptual: Lpips | None = None


def encoder_training_step(
    fabric: Fabric, state: EncoderState, batch: Batch, around: Surroundings
) -> dict[str, float]:
    """One step; returns scalars.

    Args:
        fabric: device and precision.
        state: the run, changed in place.
        batch: ink, targets and drawings of this process.
        around: see `Surroundings`.
    """
    batch = Batch(*(tensor.to(fabric.device) for tensor in batch))
    scalars, fakes = _answer_step(fabric, state, batch, around)
    training = state.training
    if training.judged:
        scalars |= _judge(fabric, state, batch.reals, fakes)
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


def _judge(fabric: Fabric, state: EncoderState, reals: Tensor, fakes: Tensor) -> dict[str, float]:
    """Update the discriminator with drawings (n, 1, R, R) and answers (m, c, R, R)."""
    training = state.training
    with torch.no_grad():
        reals = reals.expand(-1, fakes.shape[1], -1, -1)
        reals, fakes = _shown(state, reals), _shown(state, fakes)
    logits, scalars = discriminator_step(
        fabric,
        state.discriminator,
        state.optimizer_d,
        (reals, fakes),
        lazy_weight(training.r1_gamma, training.r1_every, state.step),
        state.features,
    )
    return scalars | _adapt_augment(fabric, state, logits)


def _answer_step(
    fabric: Fabric, state: EncoderState, batch: Batch, around: Surroundings
) -> tuple[dict[str, float], Tensor]:
    """Update the encoder, and the generator where it learns; returns the answers, detached."""
    training = state.training
    state.discriminator.requires_grad_(False)
    state.optimizer_e.zero_grad(set_to_none=True)
    state.optimizer_g.zero_grad(set_to_none=True)
    with fabric.autocast():
        gains = _map_gains(training, len(batch.ink))
        codes, answers = _answer(state, batch.ink, gains)
        fakes, drawings = answers, None
        if training.prior_due(state.step):
            samples, drawings = _prior_samples(state, fabric.device)
            fakes = torch.cat([answers, samples])
        parts = _code_losses(state, batch, codes)
        if training.judged:
            parts |= _judged_losses(state, batch, fakes)
        parts |= _sketch_losses(state, batch, answers, around)
        if training.weights.calm > 0:
            parts["calm"] = _calm_loss(state, batch, answers, gains)
        if state.moments is not None:
            groups = _answer_groups(batch.ink[:, :1], training.pairs)
            parts["moments"] = _moment_loss(fabric, state.moments, fakes, groups)
        if state.own_latents is not None and drawings is not None:
            parts["redraw"] = state.own_latents.loss(fakes[-len(drawings) :], drawings)
        if training.pairs and around.perceptual is not None:
            found = answers[: training.pairs]
            targets = batch.targets.expand_as(found)
            parts["fit"] = redraw_loss(around.perceptual, found, targets)
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


def _map_gains(training: EncoderTraining, count: int) -> Tensor:
    """(count, 1, 1, 1): 0 for the pairs that are drawn from their codes alone, else 1."""
    gains = torch.ones(count, 1, 1, 1)
    gains[: training.pairs] = (torch.rand(training.pairs, 1, 1, 1) >= training.code_share).float()
    return gains


def _answer(state: EncoderState, ink: Tensor, gains: Tensor | None = None) -> tuple[Codes, Tensor]:
    """Codes of ink (n, planes, S, S), and the pictures as the table shows them.

    `gains` (n, 1, 1, 1) are those of the map, `follow` of the table.
    """
    codes = state.inverter(ink, state.generator.synthesis)
    feature = codes.feature
    if feature is not None and gains is not None:
        feature = feature * gains.to(feature.device)
    return codes, as_displayed(state.generator.synthesis(codes.w_plus, feature))


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
    if training.weights.code > 0 and state.own_latents is not None and len(batch.drawn):
        with torch.no_grad():
            known = state.generator.mapping.to_w(state.own_latents.z[batch.drawn])
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


def _judged_losses(state: EncoderState, batch: Batch, fakes: Tensor) -> dict[str, Tensor]:
    """What the discriminators say of answers and samples (n, c, R, R), the pairs first."""
    count = state.training.pairs
    moves = state.augment.sample_matrices(len(fakes), fakes.shape[-1], fakes.device)
    shown = _shown(state, fakes, moves)
    seen = state.discriminator.features(shown)
    parts = {"adversarial": generator_loss(state.discriminator.b4(seen[-1]).float())}
    if state.features is not None:
        parts["features"] = state.features.loss(shown)
    if count:
        with torch.no_grad():
            targets = batch.targets.expand(-1, fakes.shape[1], -1, -1)
            wanted = state.discriminator.features(_shown(state, targets, moves[:count]))
        parts["matching"] = losses.matching_loss([x[:count] for x in seen], wanted)
    return parts


def _sketch_losses(
    state: EncoderState, batch: Batch, answers: Tensor, around: Surroundings
) -> dict[str, Tensor]:
    """Losses that need no picture."""
    training = state.training
    if not training.sketches:
        return {"ink_share": losses.ink_share_loss(answers, *around.ink_share)}
    drawn, ink = answers[training.drawings :], batch.ink[training.drawings :, :1]
    parts = {
        "adherence": losses.adherence_loss(drawn, ink, training.recall_target),
        "ink_share": losses.ink_share_loss(answers, *around.ink_share),
    }
    if training.weights.crowding > 0:
        alone = training.recalled
        parts["crowding"] = losses.crowding_loss(drawn[alone:], ink[alone:])
    return parts


def _calm_loss(state: EncoderState, batch: Batch, answers: Tensor, gains: Tensor) -> Tensor:
    """How much answers to people's sketches change beside moving with their planes."""
    first = state.training.drawings
    towards = _NEIGHBOURS[int(torch.randint(len(_NEIGHBOURS), ()))]
    return losses.calm_loss(
        lambda x: _answer(state, x, gains[first:])[1], batch.ink[first:], answers[first:], towards
    )


def _shown(state: EncoderState, pictures: Tensor, moves: Tensor | None = None) -> Tensor:
    """Pictures as the discriminators see them; `moves` where others are moved alike."""
    return with_instance_noise(state.augment(pictures, moves), state.training.instance_noise)


def _adapt_augment(fabric: Fabric, state: EncoderState, logits: Tensor) -> dict[str, float]:
    """Move p by the sign of the discriminator on the drawings of all processes."""
    sign = logits.sign().mean()
    state.augment.adapt(float(mean_of_all(fabric, sign)), len(logits) * fabric.world_size)
    return {"logits/real_sign": sign.item(), "augment/p": float(state.augment.p)}
