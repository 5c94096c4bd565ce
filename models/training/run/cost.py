"""What a run would cost: hours, memory and files, measured on a few of its own steps."""

from __future__ import annotations

import torch
from lightning_fabric import Fabric

from models.dry_run import Cost, peak_memory_mb, seconds_a_step
from models.saved.checkpoint import tensor_bytes
from models.training.run.limits import RunLimits
from models.training.run.loop import Trainee

FEW_PICTURES = 300
"""Fewer drawings are learnt by heart before they are learnt from."""


def measured_cost(fabric: Fabric, trainee: Trainee, limits: RunLimits) -> Cost:
    """Take a few steps and say what the rest would cost; nothing is written.

    Args:
        fabric: launched.
        trainee: new or restored; it has learnt a little afterwards.
        limits: of the run.
    """
    before, steps = trainee.state.pictures_seen, trainee.state.step
    seconds_each = seconds_a_step(trainee.step)
    seen = trainee.state.pictures_seen - before
    rate = seen / (trainee.state.step - steps) / seconds_each
    total = limits.pictures - before
    seconds = max(total, 0) / rate
    if limits.minutes is not None:
        seconds = min(seconds, 60 * limits.minutes)
    pace = f"{rate:.1f} pictures/s, without reports and measures"
    files = f"two checkpoints of {tensor_bytes(trainee.saved()) / 1e6:.0f} MB"
    return Cost(seconds, pace, _memory_mb(fabric), files)


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
    return peak_memory_mb()
