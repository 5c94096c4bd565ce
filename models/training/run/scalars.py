"""Scalars of a run: one log line, one JSON line and TensorBoard's files each tick."""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Protocol

import click
import numpy as np
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from exhibit.contract.files import append_line
from models.dry_run import duration

LOG = "log.jsonl"


class Counted(Protocol):
    """A run that counts its steps, and the pictures it has seen."""

    step: int
    pictures_seen: int


def _progress(state: Counted, total_pictures: int, rate: float) -> str:
    seen = f"{state.pictures_seen} of {total_pictures} pictures"
    if rate <= 0:
        return seen
    left = duration((total_pictures - state.pictures_seen) / rate)
    return f"{seen}, {rate:.1f}/s, {left} left"


class ScalarLog:
    """Averages the scalars of the steps between two ticks and writes them."""

    def __init__(self, folder: Path, pictures_seen: int) -> None:
        """folder gets log.jsonl and tensorboard/; pictures_seen is where this call starts."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._board = SummaryWriter(str(folder / "tensorboard"))
        self._values: dict[str, list[float]] = defaultdict(list)
        self._pictures, self._at = pictures_seen, time.monotonic()

    def add(self, scalars: dict[str, float]) -> None:
        """Remember the scalars of one step."""
        for name, value in scalars.items():
            self._values[name].append(value)

    def progress(self, state: Counted, total_pictures: int) -> None:
        """Say how far it is and how fast since the last tick; writes nothing."""
        rate = (state.pictures_seen - self._pictures) / max(time.monotonic() - self._at, 1e-9)
        click.echo(_progress(state, total_pictures, rate))

    def tick(self, state: Counted, total_pictures: int) -> None:
        """Write the means since the last tick, the speed and the time left.

        What could not be measured, a mean of nothing, is null in JSON.
        """
        now = time.monotonic()
        rate = (state.pictures_seen - self._pictures) / max(now - self._at, 1e-9)
        means = {name: sum(v) / len(v) for name, v in sorted(self._values.items())}
        record: dict[str, Any] = {"pictures": state.pictures_seen, "pictures_per_s": round(rate, 2)}
        for name, value in means.items():
            record[name] = round(value, 5) if math.isfinite(value) else None
        append_line(self.folder / LOG, json.dumps(record, allow_nan=False))
        for name, value in means.items():
            self._board.add_scalar(name, value, state.pictures_seen)
        self._board.add_scalar("speed/pictures_per_s", rate, state.pictures_seen)
        parts = " ".join(f"{name.split('/')[-1]} {value:.3f}" for name, value in means.items())
        click.echo("; ".join(filter(None, (_progress(state, total_pictures, rate), parts))))
        self._values.clear()
        self._pictures, self._at = state.pictures_seen, now

    def picture(self, name: str, image: NDArray[np.uint8], pictures_seen: int) -> None:
        """Show a sheet (H, W, C) uint8 in TensorBoard."""
        self._board.add_image(name, image, pictures_seen, dataformats="HWC")

    def close(self) -> None:
        """Flush and close TensorBoard's files."""
        self._board.close()
