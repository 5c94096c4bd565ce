"""The encoder training loop: read top to bottom."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from models.saved.encoder import save_encoder_checkpoint
from models.training.encoder.data import InkSource
from models.training.encoder.state import EncoderState, encoder_state_to_dict
from models.training.encoder.step import Surroundings, encoder_training_step
from models.training.encoder.watch import Watch, measure, write_strip
from models.training.parts.sampler import Sampler
from models.training.run.limits import RunLimits, agree, stop_requested
from models.training.run.random_states import random_states
from models.training.run.scalars import ScalarLog


@dataclass(frozen=True, slots=True, eq=False)
class EncoderFeeds:
    """Where a run's ink and drawings come from, and what it is watched with."""

    ink: InkSource
    reals: Sampler
    around: Surroundings
    watch: Watch
    notes: dict[str, Any]


def train_encoder(
    fabric: Fabric, state: EncoderState, feeds: EncoderFeeds, limits: RunLimits, folder: Path
) -> None:
    """Train until a limit, SIGTERM or SIGINT; ends with a checkpoint in every case.

    Args:
        fabric: launched; gives device and precision.
        state: a new or restored run.
        feeds: batches, and what answers are compared with.
        limits: total pictures of the run, minutes of this call, and intervals.
        folder: gets latest.pt, latest.png, sheets/, log.jsonl and TensorBoard's files.
    """
    scalars = ScalarLog(folder, state.pictures_seen) if fabric.is_global_zero else None
    started = tick_at = saved_at = time.monotonic()
    stop = False
    with stop_requested() as asked:
        while not stop and state.pictures_seen < limits.pictures:
            batch, reals = feeds.ink.next(), feeds.reals.next()
            losses = encoder_training_step(fabric, state, batch, reals, feeds.around)
            now = time.monotonic()
            over = limits.minutes is not None and now - started >= 60 * limits.minutes
            stop, save = agree(fabric, [asked[0] or over, now - saved_at >= limits.checkpoint_s])
            if scalars is not None:
                scalars.add(losses)
                if now - tick_at >= limits.tick_s:
                    _report(state, feeds.watch, scalars, limits, folder)
                    tick_at = time.monotonic()
            if save and not stop:
                save_encoder_run(fabric, state, feeds, folder / "latest.pt")
                saved_at = now
    save_encoder_run(fabric, state, feeds, folder / "latest.pt")
    if scalars is not None:
        _report(state, feeds.watch, scalars, limits, folder)
        scalars.close()


def _report(
    state: EncoderState, watch: Watch, scalars: ScalarLog, limits: RunLimits, folder: Path
) -> None:
    write_strip(state, watch, folder)
    scalars.add(measure(state, watch))
    scalars.tick(state, limits.pictures)


def save_encoder_run(fabric: Fabric, state: EncoderState, feeds: EncoderFeeds, path: Path) -> None:
    """Write the complete run to `path`; called by all processes, written by the first."""
    ink_states = [feeds.ink.state()]
    if fabric.world_size > 1:
        ink_states = [""] * fabric.world_size
        torch.distributed.all_gather_object(ink_states, feeds.ink.state())
    position = {
        "random_states": random_states(fabric),
        "ink_states": ink_states,
        "reals_position": feeds.reals.position,
        "notes": feeds.notes,
    }
    if fabric.is_global_zero:
        save_encoder_checkpoint(path, encoder_state_to_dict(state) | position)
