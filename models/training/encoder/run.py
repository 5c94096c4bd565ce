"""From a plan to a running encoder training: checks, networks, data, resume, then the loop."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from lightning_fabric import Fabric

from models.collection.dataset import picture_names
from models.dry_run import Cost
from models.networks.perceptual.alexnet import training_alexnet
from models.networks.perceptual.lpips import training_lpips
from models.saved.checkpoint import ENCODER, as_float32
from models.sketches.quickdraw import held_out_words, read_quickdraw, split_held_out
from models.training.encoder.beginning import (
    beginning_of,
    encoder_config,
    new_or_started,
    prepared,
    with_mapping,
)
from models.training.encoder.feeds import feeds_of, shards_of
from models.training.encoder.plan import EncoderPlan
from models.training.encoder.state import EncoderState, restore_encoder_state
from models.training.encoder.step import MOMENT_GROUPS
from models.training.encoder.trainee import EncoderFeeds, EncoderTrainee
from models.training.parts.feature_discriminator import FeatureDiscriminator
from models.training.parts.moments import MomentMatching
from models.training.parts.own_latents import OwnLatents
from models.training.run.cost import few_pictures, measured_cost
from models.training.run.folder import read_newest, refuse_another_run
from models.training.run.loop import train
from models.training.run.processes import together
from models.training.run.random_states import restore_random_states

_FEW_RECALLED = 32


def describe(plan: EncoderPlan) -> str:
    """Check everything a plan needs and say in a few lines what it would do.

    Raises:
        ExhibitError: something is missing or does not fit; names it.
    """
    if not plan.resume:
        refuse_another_run(plan.folder)
    seen = read_newest(plan.folder, ENCODER)[1]["pictures_seen"] if plan.resume else 0
    start = prepared(plan, beginning_of(plan))
    generator = start.generator
    encoder_config(plan, generator)
    training, held_out = split_held_out(read_quickdraw(plan.sketches))
    count = len(picture_names(plan.dataset))
    words = len({sketch.word for sketch in training})
    return "\n".join(
        [
            f"{start.path}: {generator.config.resolution} px, {generator.synthesis.num_ws} codes",
            f"{plan.dataset}: {count} drawings",
            f"{plan.sketches}: {len(training)} sketches of {words} things for training, "
            f"{len(held_out)} of {len(held_out_words())} held out",
            f"{plan.backbone} encoder, inversion {plan.inversion}, ink {plan.ink_size} px",
            *filter(None, [few_pictures(count)]),
            f"trains from {seen} to {plan.limits.pictures} pictures; writes {plan.folder}",
        ]
    )


def cost_of(plan: EncoderPlan) -> Cost:
    """Take a few steps of a plan and say what all of it would cost; writes nothing.

    Recalled sketches are made while a run begins; here a few of them stand for all.
    """
    few = replace(plan.training, pool=min(plan.training.pool, _FEW_RECALLED))
    # Where the run is to lie all processes see what the first one makes.
    seen_by_all = next(folder for folder in plan.folder.absolute().parents if folder.is_dir())
    with (
        tempfile.TemporaryDirectory(dir=seen_by_all) as own,
        together(plan.accelerator, plan.devices, plan.precision) as fabric,
    ):
        scratch = Path(fabric.broadcast(own))
        trainee = prepare_run(replace(plan, training=few), fabric, scratch)
        return measured_cost(fabric, trainee, plan.limits)


def run_encoder(plan: EncoderPlan) -> None:
    """Train as planned; see `models.training.run.loop.train`."""
    with together(plan.accelerator, plan.devices, plan.precision) as fabric:
        train(fabric, prepare_run(plan, fabric), plan.limits, plan.folder)


def prepare_run(plan: EncoderPlan, fabric: Fabric, scratch: Path | None = None) -> EncoderTrainee:
    """Build or restore the run of a plan on this process.

    Args:
        plan: choices.
        fabric: launched.
        scratch: folder for what is made once a run, where that is to be tried and not kept; the
            run is then not watched either.
    """
    torch.manual_seed(plan.training.seed + 1 + fabric.global_rank)
    start = prepared(plan, with_mapping(plan, beginning_of(plan)))
    state = new_or_started(plan, start, fabric)
    if "augment" in start.saved:
        state.augment.load_state_dict(as_float32(start.saved["augment"]))
    drawings, fine = shards_of(plan, state.generator, fabric)
    if plan.training.weights.moments > 0:
        network = training_alexnet().to(fabric.device)
        matching = MomentMatching(network, drawings.blocks(), groups=MOMENT_GROUPS)
        state.moments = matching.to(fabric.device)
    if plan.training.weights.redraw > 0:
        perceptual, z_dim = training_lpips().to(fabric.device), state.generator.mapping.z_dim
        seed = plan.training.seed
        own = OwnLatents(perceptual, drawings, z_dim, True, seed, start.saved)
        state.own_latents = own.to(fabric.device)
    if plan.training.weights.features > 0:
        network = training_alexnet().to(fabric.device)
        rate, seed = plan.training.discriminator_rate, plan.training.seed
        state.features = FeatureDiscriminator(network, drawings.some(64), rate, seed)
    feeds = feeds_of(plan, state, drawings, fine, scratch)
    if plan.resume:
        _resume(plan, fabric, state, feeds)
    return EncoderTrainee(fabric, state, feeds)


def _resume(plan: EncoderPlan, fabric: Fabric, state: EncoderState, feeds: EncoderFeeds) -> None:
    _, saved = read_newest(plan.folder, ENCODER)
    restore_encoder_state(state, saved)
    if len(saved["ink_states"]) == fabric.world_size:
        feeds.ink.restore(saved["ink_states"][fabric.global_rank])
    restore_random_states(fabric, saved["random_states"])
