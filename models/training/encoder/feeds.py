"""Where a run's ink and drawings come from, and what its answers are compared with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from lightning_fabric import Fabric
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.contract.files import replacing
from exhibit.contract.values import Gray
from models.measures.kid import Features, picture_features
from models.networks.perceptual.lpips import TRAINING_NAME, training_lpips
from models.networks.perceptual.vgg import Vgg16
from models.networks.perceptual.weights import read_arrays, weights_path
from models.networks.stylegan2.generator import Generator
from models.sketches.quickdraw import (
    ATTRIBUTION,
    TimedSketch,
    held_out_words,
    read_quickdraw,
    split_held_out,
)
from models.sketches.visitors import visits
from models.training.encoder.config import EncoderTraining
from models.training.encoder.data import InkSource, Material
from models.training.encoder.drawn_pairs import DrawnPairs, PairShape
from models.training.encoder.plan import EncoderPlan
from models.training.encoder.recalled_pairs import (
    RecalledPairs,
    keep_pairs,
    read_pairs,
    recalled_pairs,
    remembering,
)
from models.training.encoder.state import EncoderState
from models.training.encoder.step import Surroundings
from models.training.encoder.trainee import EncoderFeeds
from models.training.encoder.watch import Watch
from models.training.parts.shard import Shard
from models.training.run.pictures import read_shards

log = logging.getLogger(__name__)
WATCHED_SKETCHES = 64
WATCHED_DRAWINGS = 256


def shards_of(plan: EncoderPlan, generator: Generator, fabric: Fabric) -> tuple[Shard, Shard]:
    """Drawings of the collection at the generator's size, and grey at twice that size."""
    resolution, channels = generator.config.resolution, generator.config.img_channels
    own, fine = read_shards(fabric, plan.dataset, (resolution, channels), (2 * resolution, 1))
    return own, fine


def feeds_of(
    plan: EncoderPlan,
    state: EncoderState,
    drawings: Shard,
    fine: Shard,
    scratch: Path | None = None,
) -> EncoderFeeds:
    """Prepare ink and pairs of this process, and on the first one what answers are watched with.

    Args:
        plan: choices.
        state: the run, for the size of its pictures.
        drawings, fine: of `shards_of`.
        scratch: keeps what is made once, in the place of the run's folder; nothing is watched.
    """
    training = plan.training
    sketches, held_out = split_held_out(read_quickdraw(plan.sketches))
    resolution = state.generator.config.resolution
    fabric = drawings.fabric
    shape = PairShape(plan.ink_size, resolution, training.stroke_width_px, training.blank_share)
    recalled = None
    if training.recalled:
        file = (scratch or plan.folder) / "recalled.npz"
        recalled = _recalled(file, fine, sketches, shape, training)
    drawn = DrawnPairs(fine.pictures[:, 0].numpy(), shape, training.seed)
    material = Material(drawn, fine.rows.numpy(), len(fine), sketches, recalled)
    ink = InkSource(material, training, plan.ink_size, plan.planes, fabric.global_rank)
    shown = visits(held_out, plan.ink_size, training.stroke_width_px, WATCHED_SKETCHES)
    some = _gray(drawings.some(WATCHED_DRAWINGS))[:WATCHED_DRAWINGS]
    watched = fabric.is_global_zero and scratch is None
    vgg, reference = _reference(some, plan.folder) if watched else (None, None)
    return EncoderFeeds(
        ink=ink,
        around=_surroundings(drawings, training),
        watch=Watch(shown, vgg, reference),
        notes=_notes(plan, len(drawings)),
    )


def _recalled(
    file: Path,
    fine: Shard,
    sketches: Sequence[TimedSketch],
    shape: PairShape,
    training: EncoderTraining,
) -> RecalledPairs:
    """Let the first process, which needs all drawings for it, make all pairs; return a share."""
    blocks = fine.blocks()
    if fine.is_first:
        keep_pairs(
            file,
            lambda: recalled_pairs(
                remembering([*np.concatenate([b[:, 0].numpy() for b in blocks])], shape.resolution),
                sketches,
                shape,
                training.pool,
                training.seed,
            ),
        )
    for _ in blocks:  # the others have a part in each
        pass
    fine.fabric.barrier()
    return read_pairs(file, fine.fabric.global_rank, fine.fabric.world_size)


def _gray(pictures: Tensor) -> Gray:
    return pictures.float().mean(dim=1).numpy().astype(np.uint8)


def _surroundings(drawings: Shard, training: EncoderTraining) -> Surroundings:
    darkness = [1 - _gray(block).mean(axis=(1, 2)) / 255 for block in drawings.blocks()]
    low, high = np.percentile(np.concatenate(darkness), [40, 80])
    device = drawings.fabric.device
    perceptual = training_lpips().to(device) if training.weights.fit > 0 else None
    return Surroundings((float(low), float(high)), perceptual)


def _reference(chosen: Gray, folder: Path) -> tuple[Vgg16 | None, Features | None]:
    """Features of some drawings, kept in the run's folder because they take a minute."""
    try:
        vgg = Vgg16(read_arrays(weights_path()))
    except InputError as error:
        log.warning("no KID while training: %s", error)
        return None, None
    kept = folder / "reference.npy"
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
