"""Choose how to compute by measuring it: half precision is not faster on every machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

Precision = Literal["bf16-mixed", "32-true"]
Asked = Literal["auto", "bf16-mixed", "32-true"]
_GAIN = 1.1
"""Half precision must be so much faster to be worth its rounding."""
_CHANNELS, _SIDE, _BATCH, _REPEATS = 64, 32, 4, 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A precision, and why it was chosen, in one line."""

    precision: Precision
    why: str


def choose_precision(
    asked: Asked, device: torch.device, seconds_of: Callable[[Precision], float] | None = None
) -> Choice:
    """Take what was asked for; for `auto`, what computes a step of a small layer faster.

    Args:
        asked: as `--precision`.
        device: where it will be computed.
        seconds_of: measures a step; left out, a convolution there and back on the device.
    """
    if asked != "auto":
        return Choice(asked, f"precision {asked}, as asked for")
    measured = seconds_of or (lambda precision: _seconds_of_a_step(precision, device))
    full, half = measured("32-true"), measured("bf16-mixed")
    chosen: Precision = "bf16-mixed" if half * _GAIN < full else "32-true"
    return Choice(
        chosen,
        f"precision {chosen}: on {device.type} a layer takes {1000 * full:.1f} ms in 32 bits and "
        f"{1000 * half:.1f} ms in bf16",
    )


def _seconds_of_a_step(precision: Precision, device: torch.device) -> float:
    """The fastest of some steps of one convolution, after one that loads what it needs."""
    layer = nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1).to(device)
    x = torch.ones(_BATCH, _CHANNELS, _SIDE, _SIDE, device=device)
    times = []
    for _ in range(_REPEATS + 1):
        start = time.monotonic()
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16-mixed"):
            loss = layer(x).float().square().mean()
        loss.backward()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.monotonic() - start)
    return min(times[1:])
