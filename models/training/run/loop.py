"""The training loop, of whatever is trained: read top to bottom."""

from __future__ import annotations

import time
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Protocol

import click
from lightning_fabric import Fabric

from models.saved.checkpoint import State, not_finite
from models.training.run.divergence import DivergedError, not_finite_scalar
from models.training.run.folder import LATEST, keep, kept
from models.training.run.limits import RunLimits, StopRequest, agree, stop_requested
from models.training.run.scalars import Counted, ScalarLog

_EARLY_S = (0.0, 5.0, 15.0, 30.0, 60.0)
"""After so many seconds a line says how fast it goes, before the first report is due."""


class Trainee(Protocol):
    """What is trained, with all that a step needs and a checkpoint must hold."""

    @property
    def form(self) -> str:
        """Format of its checkpoints."""

    @property
    def state(self) -> Counted:
        """What it is by now."""

    def step(self) -> dict[str, float]:
        """Take a step, on every process; returns its losses and other scalars."""

    def saved(self) -> State:
        """Everything that a run goes on from; called by all processes together."""

    def show(self, log: ScalarLog) -> None:
        """Draw sheets and log what costs more than a step; called by the first process alone."""


def train(fabric: Fabric, trainee: Trainee, limits: RunLimits, folder: Path) -> None:
    """Train until a limit, SIGTERM or SIGINT; ends with a checkpoint in each of these cases.

    Args:
        fabric: launched; gives device, precision and processes.
        trainee: new or restored.
        limits: total pictures of the run, minutes of this call, and intervals.
        folder: gets latest.pt, previous.pt, latest.png, sheets/, log.jsonl and TensorBoard's files.

    Raises:
        DivergedError: a loss or a weight is not finite; checkpoints stay as they were before.
    """
    log = ScalarLog(folder, trainee.state.pictures_seen) if fabric.is_global_zero else None
    with stop_requested() as asked, nullcontext() if log is None else closing(log):
        started = tick_at = saved_at = time.monotonic()
        early = list(_EARLY_S)
        stop, saved_step = False, trainee.state.step if kept(folder) else None
        while not stop and trainee.state.pictures_seen < limits.pictures:
            scalars = trainee.step()
            now = time.monotonic()
            over = limits.minutes is not None and now - started >= 60 * limits.minutes
            wrong = not_finite_scalar(scalars)
            stop, save, diverged = agree(
                fabric,
                (asked.asked or over, now - saved_at >= limits.checkpoint_s, wrong is not None),
            )
            if diverged:
                raise _diverged(trainee, wrong, folder)
            if log is not None:
                log.add(scalars)
                if now - tick_at >= limits.tick_s:
                    _tick(trainee, log, limits, asked)
                    tick_at = time.monotonic()
                elif early and now - started >= early[0]:
                    log.progress(trainee.state, limits.pictures)
                    early.pop(0)
            if save and not stop:
                _keep(fabric, trainee, folder)
                saved_at, saved_step = now, trainee.state.step
        if trainee.state.step != saved_step:  # else both checkpoints would be the same
            _keep(fabric, trainee, folder)
        if log is not None:
            _tick(trainee, log, limits, asked)
            click.echo(_how_to_go_on(trainee.state, limits, folder))


def _tick(trainee: Trainee, log: ScalarLog, limits: RunLimits, asked: StopRequest) -> None:
    asked.unless_asked(lambda: trainee.show(log))
    log.tick(trainee.state, limits.pictures)


def _how_to_go_on(state: Counted, limits: RunLimits, folder: Path) -> str:
    seen = f"{folder / LATEST} has seen {state.pictures_seen} pictures"
    if state.pictures_seen < limits.pictures:
        return f"Stopped: {seen} of {limits.pictures}. The same command with --resume goes on."
    return (
        f"Done: {seen}. To go on: the same command with --resume --pictures "
        f"{2 * max(limits.pictures, 1)}"
    )


def _keep(fabric: Fabric, trainee: Trainee, folder: Path) -> None:
    """Write a checkpoint, by the first process, unless something in it is not finite."""
    state = trainee.saved()
    wrong = not_finite(state)
    (diverged,) = agree(fabric, (wrong is not None,))
    if diverged:
        raise _diverged(trainee, wrong and f"{wrong} is not finite", folder)
    if fabric.is_global_zero:
        keep(folder, trainee.form, state)


def _diverged(trainee: Trainee, wrong: str | None, folder: Path) -> DivergedError:
    left = " and ".join(path.name for path in kept(folder))
    return DivergedError(
        f"step {trainee.state.step} ({trainee.state.pictures_seen} pictures): "
        f"{wrong or 'a number of another process is not finite'}, expected finite numbers; "
        + (f"{folder} keeps {left}: --resume at a lower rate" if left else "nothing was written")
    )
