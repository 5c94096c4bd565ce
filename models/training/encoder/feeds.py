"""Where a run's ink and drawings come from, and what its answers are compared with."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from lightning_fabric import Fabric

from exhibit.contract.errors import InputError
from exhibit.contract.files import replacing
from models.collection.pictures import PictureSet
from models.measures.kid import Features, picture_features
from models.networks.perceptual.lpips import TRAINING_NAME, training_lpips
from models.networks.perceptual.vgg import Vgg16
from models.networks.perceptual.weights import read_arrays, weights_path
from models.networks.stylegan2.generator import Generator
from models.sketches.quickdraw import ATTRIBUTION, held_out_words, read_quickdraw, split_held_out
from models.sketches.raster import Gray
from models.sketches.visitors import visits
from models.training.encoder.config import EncoderTraining
from models.training.encoder.data import InkSource, Material
from models.training.encoder.drawn_pairs import DrawnPairs, PairShape
from models.training.encoder.plan import EncoderPlan
from models.training.encoder.recalled_pairs import kept_pairs, recalled_pairs, remembering
from models.training.encoder.state import EncoderState
from models.training.encoder.step import Surroundings
from models.training.encoder.trainee import EncoderFeeds
from models.training.encoder.watch import Watch
from models.training.run.pictures import read_together

log = logging.getLogger(__name__)
WATCHED_SKETCHES = 64
WATCHED_DRAWINGS = 256


def pictures_of(plan: EncoderPlan, generator: Generator, fabric: Fabric) -> PictureSet:
    """The collection's drawings at the generator's size."""
    config = generator.config
    return read_together(fabric, plan.dataset, config.resolution, config.img_channels)


def feeds_of(
    plan: EncoderPlan,
    state: EncoderState,
    drawings: PictureSet,
    fabric: Fabric,
    scratch: Path | None = None,
) -> EncoderFeeds:
    """Prepare ink and pairs of this process, and on the first one what answers are watched with.

    Args:
        plan: choices.
        state: the run, for the size of its pictures.
        drawings: of `pictures_of`.
        fabric: its processes draw batches of their own.
        scratch: keeps what is made once, in the place of the run's folder; nothing is watched.
    """
    training = plan.training
    sketches, held_out = split_held_out(read_quickdraw(plan.sketches))
    resolution = state.generator.config.resolution
    fine = read_together(fabric, plan.dataset, 2 * resolution, 1).pictures[:, 0].numpy()
    shape = PairShape(plan.ink_size, resolution, training.stroke_width_px, training.blank_share)
    recalled = None
    if training.recalled:
        recalled = kept_pairs(
            (scratch or plan.folder) / "recalled.npz",
            lambda: recalled_pairs(
                remembering(list(fine), resolution), sketches, shape, training.pool, training.seed
            ),
        )
    drawn = DrawnPairs(fine, shape, training.seed)
    material = Material(drawn, len(fine), sketches, recalled)
    ink = InkSource(material, training, plan.ink_size, plan.planes, fabric.global_rank)
    shown = visits(held_out, plan.ink_size, training.stroke_width_px, WATCHED_SKETCHES)
    gray = drawings.pictures.float().mean(dim=1).numpy().astype(np.uint8)
    watched = fabric.is_global_zero and scratch is None
    vgg, reference = _reference(gray, plan.folder) if watched else (None, None)
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
    click.echo(f"Measuring {len(chosen)} drawings once, to compare answers with")
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
