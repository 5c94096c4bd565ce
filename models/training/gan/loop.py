"""The GAN training loop: read top to bottom."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning_fabric import Fabric

from models.networks.stylegan2.generator import Generator
from models.networks.stylegan2.samples import draw, fixed_latents, to_uint8
from models.saved.gan import save_checkpoint
from models.sheets import sheet, write_png
from models.training.gan.state import GanState, state_to_dict
from models.training.gan.step import training_step
from models.training.parts.sampler import Sampler
from models.training.run.limits import RunLimits, agree, stop_requested
from models.training.run.random_states import random_states
from models.training.run.scalars import ScalarLog

SHEET_COLUMNS, SHEET_ROWS = 8, 6


@dataclass(frozen=True, slots=True, eq=False)
class GanFeeds:
    """Batches of real pictures, and KID of a generator where it is measured."""

    sampler: Sampler
    kid: Callable[[Generator], float] | None = None


def save_run(fabric: Fabric, state: GanState, sampler: Sampler, path: Path) -> None:
    """Write the complete run to `path`; called by all processes, written by the first."""
    states = random_states(fabric)
    signs = torch.tensor([state.real_sign_sum, float(state.real_sign_count)], dtype=torch.float64)
    if fabric.world_size > 1:
        signs = fabric.all_reduce(signs, reduce_op="sum")
    if fabric.is_global_zero:
        extra = {"random_states": states, "sampler_position": sampler.position}
        extra["real_sign"] = [float(signs[0]), int(signs[1])]
        save_checkpoint(path, state_to_dict(state) | extra)


def _sheet(state: GanState, latents: torch.Tensor, scalars: ScalarLog, folder: Path) -> None:
    image = sheet(to_uint8(draw(state.ema, latents)), SHEET_COLUMNS)
    write_png(folder / "sheets" / f"{state.pictures_seen // 1000:06d}k.png", image)
    write_png(folder / "latest.png", image)
    scalars.picture("samples", image, state.pictures_seen)


def train(
    fabric: Fabric, state: GanState, feeds: GanFeeds, limits: RunLimits, folder: Path
) -> None:
    """Train until a limit, SIGTERM or SIGINT; ends with a checkpoint in every case.

    Args:
        fabric: launched; gives device, precision and processes.
        state: a new or restored run.
        feeds: batches of this process, and the measure of the first one.
        limits: total pictures of the run, minutes of this call, and intervals.
        folder: gets latest.pt, latest.png, sheets/, log.jsonl and TensorBoard's files.
    """
    latents = fixed_latents(SHEET_COLUMNS * SHEET_ROWS, state.generator.config.z_dim, seed=1)
    scalars = ScalarLog(folder, state.pictures_seen) if fabric.is_global_zero else None
    started = tick_at = saved_at = kid_at = time.monotonic()
    stop = False
    with stop_requested() as asked:
        while not stop and state.pictures_seen < limits.pictures:
            losses = training_step(fabric, state, feeds.sampler.next())
            now = time.monotonic()
            over = limits.minutes is not None and now - started >= 60 * limits.minutes
            stop, save = agree(fabric, [asked[0] or over, now - saved_at >= limits.checkpoint_s])
            if scalars is not None:
                scalars.add(losses)
                if feeds.kid is not None and now - kid_at >= limits.kid_s:
                    scalars.add({"quality/kid": feeds.kid(state.ema)})
                    kid_at = now
                if now - tick_at >= limits.tick_s:
                    scalars.tick(state, limits.pictures)
                    _sheet(state, latents, scalars, folder)
                    tick_at = now
            if save and not stop:
                save_run(fabric, state, feeds.sampler, folder / "latest.pt")
                saved_at = now
    save_run(fabric, state, feeds.sampler, folder / "latest.pt")
    if scalars is not None:
        _sheet(state, latents, scalars, folder)
        scalars.tick(state, limits.pictures)
        scalars.close()
