"""The GAN training loop: read top to bottom."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from models.stylegan2.generator import Generator
from models.training.checkpoint import save_checkpoint
from models.training.dataset import Sampler
from models.training.gan_state import GanState, state_to_dict
from models.training.gan_step import training_step
from models.training.random_states import random_states
from models.training.scalars import ScalarLog
from models.training.sheet import draw, fixed_latents, sheet, to_uint8, write_png

SHEET_COLUMNS, SHEET_ROWS = 8, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """How long to train and how often to report."""

    pictures: int
    tick_s: float = 120.0
    checkpoint_s: float = 300.0
    minutes: float | None = None
    kid_s: float = 900.0


@dataclass(frozen=True, slots=True, eq=False)
class GanFeeds:
    """Batches of real pictures, and KID of a generator where it is measured."""

    sampler: Sampler
    kid: Callable[[Generator], float] | None = None


@contextmanager
def stop_requested() -> Iterator[list[bool]]:
    """Set the yielded flag on SIGTERM or SIGINT, so that the loop can end with a checkpoint."""
    flag = [False]

    def ask(_signal: int, _frame: Any) -> None:
        flag[0] = True

    previous = {s: signal.signal(s, ask) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield flag
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


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


def agree(fabric: Fabric, wishes: list[bool]) -> list[bool]:
    """What any process wishes, all do: clocks and signals differ between processes."""
    if fabric.world_size == 1:
        return wishes
    flags = torch.tensor([float(wish) for wish in wishes], device=fabric.device)
    return [bool(flag > 0) for flag in fabric.all_reduce(flags, reduce_op="sum")]


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
