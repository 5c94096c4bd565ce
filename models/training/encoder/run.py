"""From a plan to a running encoder training: checks, networks, data, resume, then the loop."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric

from exhibit.contract.errors import InputError
from exhibit.contract.files import replacing
from models.collection.pictures import PictureSet, load_pictures
from models.measures.kid import Features, picture_features
from models.networks.perceptual.alexnet import training_alexnet
from models.networks.perceptual.lpips import TRAINING_NAME, training_lpips
from models.networks.perceptual.vgg import Vgg16
from models.networks.perceptual.weights import read_arrays, weights_path
from models.networks.psp.config import Backbone, EncoderConfig, Inversion
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import ENCODER, GAN, State, as_float32, read_checkpoint
from models.saved.gan import averaged_generator, saved_discriminator
from models.sketches.quickdraw import ATTRIBUTION, held_out_words, read_quickdraw, split_held_out
from models.sketches.raster import Gray
from models.sketches.visitors import visits
from models.training.encoder.config import EncoderTraining
from models.training.encoder.data import InkSource, Material
from models.training.encoder.drawn_pairs import DrawnPairs, PairShape
from models.training.encoder.grow import continued
from models.training.encoder.recalled_pairs import kept_pairs, recalled_pairs, remembering
from models.training.encoder.remap import with_fitted_mapping, with_new_mapping
from models.training.encoder.state import EncoderState, new_encoder_state, restore_encoder_state
from models.training.encoder.step import MOMENT_GROUPS, Surroundings
from models.training.encoder.trainee import EncoderFeeds, EncoderTrainee
from models.training.encoder.watch import Watch
from models.training.parts.feature_discriminator import FeatureDiscriminator
from models.training.parts.latent_places import drawing_keys
from models.training.parts.moments import MomentMatching
from models.training.parts.own_latents import OwnLatents
from models.training.run.folder import read_newest, refuse_another_run
from models.training.run.limits import RunLimits
from models.training.run.loop import train
from models.training.run.processes import Precision, together
from models.training.run.random_states import restore_random_states

log = logging.getLogger(__name__)
WATCHED_SKETCHES = 64
WATCHED_DRAWINGS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderPlan:
    """All choices of one call of `models train-encoder`."""

    gan: Path | None
    dataset: Path
    sketches: Path
    folder: Path
    resume: bool
    start: Path | None
    backbone: Backbone
    inversion: Inversion
    ink_size: int
    steps: int
    planes: int
    map_side: int
    new_mapping: int
    z_dim: int
    training: EncoderTraining
    limits: RunLimits
    accelerator: str = "auto"
    devices: str = "1"
    precision: Precision = "bf16-mixed"


@dataclass(frozen=True, slots=True, eq=False)
class Beginning:
    """What a run begins with; `saved` is the content of the file that it came from."""

    generator: Generator
    discriminator: Discriminator
    saved: State
    path: Path


def encoder_config(plan: EncoderPlan, generator: Generator) -> EncoderConfig:
    """The encoder a plan asks for, with the generator's own sizes."""
    channels, side, _ = generator.config.feature_shape
    return EncoderConfig(
        backbone=plan.backbone,
        ink_size=plan.ink_size,
        num_ws=generator.synthesis.num_ws,
        w_dim=generator.synthesis.w_dim,
        inversion=plan.inversion,
        feature_channels=channels if plan.inversion == "feature" else 0,
        feature_side=side,
        planes=plan.planes,
        steps=plan.steps,
    )


def describe(plan: EncoderPlan) -> str:
    """Check everything a plan needs and say in a few lines what it would do.

    Raises:
        ExhibitError: something is missing or does not fit; names it.
    """
    if not plan.resume:
        refuse_another_run(plan.folder)
    seen = read_newest(plan.folder, ENCODER)[1]["pictures_seen"] if plan.resume else 0
    start = _with_map_side(plan, _beginning(plan))
    generator = start.generator
    encoder_config(plan, generator)
    training, held_out = split_held_out(read_quickdraw(plan.sketches))
    pictures = _pictures(plan, generator)
    words = len({sketch.word for sketch in training})
    return "\n".join(
        [
            f"{start.path}: {generator.config.resolution} px, {generator.synthesis.num_ws} codes",
            f"{plan.dataset}: {len(pictures)} drawings",
            f"{plan.sketches}: {len(training)} sketches of {words} things for training, "
            f"{len(held_out)} of {len(held_out_words())} held out",
            f"{plan.backbone} encoder, inversion {plan.inversion}, ink {plan.ink_size} px",
            f"trains from {seen} to {plan.limits.pictures} pictures; writes {plan.folder}",
        ]
    )


def run_encoder(plan: EncoderPlan) -> None:
    """Train as planned; see `models.training.run.loop.train`."""
    with together(plan.accelerator, plan.devices, plan.precision) as fabric:
        train(fabric, prepare_run(plan, fabric), plan.limits, plan.folder)


def prepare_run(plan: EncoderPlan, fabric: Fabric) -> EncoderTrainee:
    """Build or restore the run of a plan on this process."""
    torch.manual_seed(plan.training.seed + 1 + fabric.global_rank)
    start = _with_map_side(plan, _with_mapping(plan, _beginning(plan)))
    state = _new_or_started(plan, start, fabric)
    if "augment" in start.saved:
        state.augment.load_state_dict(as_float32(start.saved["augment"]))
    drawings = _pictures(plan, state.generator)
    if plan.training.weights.moments > 0:
        network = training_alexnet().to(fabric.device)
        matching = MomentMatching(network, drawings.pictures, groups=MOMENT_GROUPS)
        state.moments = matching.to(fabric.device)
    if plan.training.weights.redraw > 0:
        perceptual, z_dim = training_lpips().to(fabric.device), state.generator.mapping.z_dim
        seed = plan.training.seed
        keys = drawing_keys(plan.dataset, drawings.names)
        own = OwnLatents(perceptual, drawings.pictures, keys, z_dim, True, seed, start.saved)
        state.own_latents = own.to(fabric.device)
    if plan.training.weights.features > 0:
        network = training_alexnet().to(fabric.device)
        rate, seed = plan.training.discriminator_rate, plan.training.seed
        state.features = FeatureDiscriminator(network, drawings.pictures, rate, seed)
    feeds = _feeds(plan, state, drawings, fabric)
    if plan.resume:
        _resume(plan, fabric, state, feeds)
    return EncoderTrainee(fabric, state, feeds)


def _resume(plan: EncoderPlan, fabric: Fabric, state: EncoderState, feeds: EncoderFeeds) -> None:
    _, saved = read_newest(plan.folder, ENCODER)
    restore_encoder_state(state, saved)
    if len(saved["ink_states"]) == fabric.world_size:
        feeds.ink.restore(saved["ink_states"][fabric.global_rank])
    restore_random_states(fabric, saved["random_states"])


def _new_or_started(plan: EncoderPlan, start: Beginning, fabric: Fabric) -> EncoderState:
    generator = start.generator
    state = new_encoder_state(
        encoder_config(plan, generator),
        plan.training,
        generator,
        start.discriminator,
        fabric.device,
    )
    if plan.start is not None:
        encoder = start.saved if plan.gan is None else read_checkpoint(plan.start, ENCODER)
        state.pictures_before = encoder["pictures_seen"] + encoder.get("pictures_before", 0)
        weights = continued(
            as_float32(encoder["inverter_ema"]),
            EncoderConfig.from_dict(encoder["encoder_config"]),
            state.inverter.state_dict(),
            state.inverter.config,
            plan.start,
        )
        state.inverter.load_state_dict(weights)
        state.inverter_ema.load_state_dict(weights)
        if plan.gan is not None:  # another generator has another mean code
            state.inverter.w_avg.copy_(generator.mapping.w_avg)
            state.inverter_ema.w_avg.copy_(generator.mapping.w_avg)
    return state


def _beginning(plan: EncoderPlan) -> Beginning:
    """What the run, its GAN, or else the encoder it begins from left behind."""
    if plan.gan is not None:
        path, saved = plan.gan, read_checkpoint(plan.gan, GAN)
    elif plan.start is not None:
        path, saved = plan.start, read_checkpoint(plan.start, ENCODER)
    elif plan.resume:
        path, saved = read_newest(plan.folder, ENCODER)
    else:
        raise InputError("no generator: expected --gan, or --from an encoder trained with its own")
    begun = plan.gan or plan.start
    if plan.z_dim and begun is not None and "own_latents" not in saved:
        raise InputError(
            f"--z-dim {plan.z_dim}: {begun} has no latents of its drawings; "
            "expected a checkpoint trained with --redraw"
        )
    return Beginning(averaged_generator(saved, path), saved_discriminator(saved, path), saved, path)


def _with_mapping(plan: EncoderPlan, start: Beginning) -> Beginning:
    """Renew the mapping network where that was asked for and the run begins from another file."""
    seed = plan.training.seed
    if plan.gan is None and plan.start is None:
        return start
    if plan.z_dim:
        layers = plan.new_mapping or start.generator.config.mapping_layers
        own = start.saved["own_latents"]
        generator, z = with_fitted_mapping(
            start.generator, own["z"].float(), layers, plan.z_dim, seed
        )
        saved = start.saved | {"own_latents": own | {"z": z}}
        return replace(start, generator=generator, saved=saved)
    if plan.new_mapping:
        return replace(start, generator=with_new_mapping(start.generator, plan.new_mapping, seed))
    return start


def _with_map_side(plan: EncoderPlan, start: Beginning) -> Beginning:
    """Let the generator take the map at the side that was asked for; its weights stay."""
    if start.generator.config.feature_resolution == plan.map_side:
        return start
    generator = Generator(replace(start.generator.config, feature_resolution=plan.map_side))
    generator.load_state_dict(start.generator.state_dict())
    return replace(start, generator=generator)


def _pictures(plan: EncoderPlan, generator: Generator) -> PictureSet:
    config = generator.config
    return load_pictures(plan.dataset, config.resolution, config.img_channels)


def _feeds(
    plan: EncoderPlan, state: EncoderState, drawings: PictureSet, fabric: Fabric
) -> EncoderFeeds:
    training = plan.training
    sketches, held_out = split_held_out(read_quickdraw(plan.sketches))
    resolution = state.generator.config.resolution
    fine = load_pictures(plan.dataset, 2 * resolution, 1).pictures[:, 0].numpy()
    shape = PairShape(plan.ink_size, resolution, training.stroke_width_px, training.blank_share)
    recalled = None
    if training.recalled:
        recalled = kept_pairs(
            plan.folder / "recalled.npz",
            lambda: recalled_pairs(
                remembering(list(fine), resolution), sketches, shape, training.pool, training.seed
            ),
        )
    drawn = DrawnPairs(fine, shape, training.seed)
    material = Material(drawn, len(fine), sketches, recalled)
    ink = InkSource(material, training, plan.ink_size, plan.planes, fabric.global_rank)
    shown = visits(held_out, plan.ink_size, training.stroke_width_px, WATCHED_SKETCHES)
    gray = drawings.pictures.float().mean(dim=1).numpy().astype(np.uint8)
    vgg, reference = _reference(gray, plan.folder) if fabric.is_global_zero else (None, None)
    return EncoderFeeds(
        ink=ink,
        around=_surroundings(gray, training, fabric.device),
        watch=Watch(shown, vgg, reference),
        notes=_notes(plan, len(drawings)),
    )


def _surroundings(gray: Gray, training: EncoderTraining, device: torch.device) -> Surroundings:
    darkness = 1 - gray.reshape(len(gray), -1).mean(axis=1) / 255
    low, high = np.percentile(darkness, [40, 80])
    perceptual = training_lpips().to(device) if training.weights.fit > 0 else None
    return Surroundings((float(low), float(high)), perceptual)


def _reference(gray: Gray, folder: Path) -> tuple[Vgg16 | None, Features | None]:
    """Features of some drawings, kept in the run's folder because they take a minute."""
    try:
        vgg = Vgg16(read_arrays(weights_path()))
    except InputError as error:
        log.warning("no KID while training: %s", error)
        return None, None
    kept = folder / "reference.npy"
    chosen = gray[:: max(1, len(gray) // WATCHED_DRAWINGS)][:WATCHED_DRAWINGS]
    if kept.is_file():
        reference = np.load(kept, allow_pickle=False)
        if len(reference) == len(chosen):
            return vgg, reference
    reference = picture_features(vgg, chosen)
    with replacing(kept) as file:
        np.save(file, reference)
    return vgg, reference


def _notes(plan: EncoderPlan, drawings: int) -> dict[str, Any]:
    return {
        "drawings": drawings,
        "dataset": plan.dataset.name,
        "sketches": plan.sketches.name,
        "sketches_attribution": ATTRIBUTION,
        "held_out": sorted(held_out_words()),
        "training": plan.training.to_dict(),
        "perceptual": TRAINING_NAME if plan.training.weights.fit > 0 else "none",
    }
