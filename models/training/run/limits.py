"""How long a run lasts, and what ends it before."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import torch
from lightning_fabric import Fabric

from models.training.parts.collective import sum_of_all


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """How long to train and how often to report."""

    pictures: int
    tick_s: float = 120.0
    checkpoint_s: float = 300.0
    minutes: float | None = None


@contextmanager
def stop_requested() -> Iterator[list[bool]]:
    """Set the yielded flag on SIGTERM or SIGINT, so that the loop can end with a checkpoint."""
    flag = [False]

    def ask(_signal: int, _frame: FrameType | None) -> None:
        flag[0] = True

    previous = {s: signal.signal(s, ask) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield flag
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def agree(fabric: Fabric, wishes: Sequence[bool]) -> list[bool]:
    """What any process wishes, all do: clocks and signals differ between processes."""
    flags = torch.tensor([float(wish) for wish in wishes], device=fabric.device)
    return [bool(flag > 0) for flag in sum_of_all(fabric, flags)]
