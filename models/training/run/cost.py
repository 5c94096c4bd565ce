"""What a run would cost: hours, memory and files, measured on a few of its own steps."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import dataclass

import torch
from lightning_fabric import Fabric

from models.saved.checkpoint import tensor_bytes
from models.training.run.limits import RunLimits
from models.training.run.loop import Trainee
from models.training.run.scalars import duration

FEW_PICTURES = 300
"""Fewer drawings are learnt by heart before they are learnt from."""
_MOST_STEPS, _MOST_S = 5, 20.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What was measured, and what follows."""

    pictures_per_s: float
    seconds: float
    memory_mb: float
    checkpoint_mb: float

    def __str__(self) -> str:
        return (
            f"about {duration(self.seconds)} at {self.pictures_per_s:.1f} pictures/s, without "
            f"reports and measures; {self.memory_mb:.0f} MB of memory; two checkpoints of "
            f"{self.checkpoint_mb:.0f} MB"
        )


def measured_cost(fabric: Fabric, trainee: Trainee, limits: RunLimits) -> Cost:
    """Take a few steps and say what the rest would cost; nothing is written.

    Args:
        fabric: launched.
        trainee: new or restored; it has learnt a little afterwards.
        limits: of the run.
    """
    total = limits.pictures - trainee.state.pictures_seen
    trainee.step()  # the first one also loads and allocates
    before, start, steps = trainee.state.pictures_seen, time.monotonic(), 0
    while steps < _MOST_STEPS and (not steps or time.monotonic() - start < _MOST_S):
        trainee.step()
        steps += 1
    rate = (trainee.state.pictures_seen - before) / max(time.monotonic() - start, 1e-9)
    seconds = max(total, 0) / rate
    if limits.minutes is not None:
        seconds = min(seconds, 60 * limits.minutes)
    return Cost(rate, seconds, _memory_mb(fabric), tensor_bytes(trainee.saved()) / 1e6)


def few_pictures(count: int) -> str:
    """A line to warn of a small collection, or ""."""
    if count >= FEW_PICTURES:
        return ""
    return (
        f"Warning: {count} pictures are few; from about {FEW_PICTURES} on a network learns more "
        "than to repeat them (add drawings of a related hand)"
    )


def _memory_mb(fabric: Fabric) -> float:
    if fabric.device.type == "cuda":
        return torch.cuda.max_memory_allocated(fabric.device) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
