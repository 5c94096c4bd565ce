"""Choices of a denoiser's training run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffusionTraining:
    """Choices of a run; the network has its own configuration.

    Args:
        batch: pictures a step, a process.
        learning_rate: of Adam, once warm.
        warm_up: pictures in which the rate rises to that.
        longest_gradient: longer ones are shortened to this norm.
        ema_half_life, ema_ramp_up: see `models.training.parts.ema`.
        mirror: also show reflected drawings.
        seed: of weights, order, times and noise.
    """

    batch: int = 16
    learning_rate: float = 0.001
    beta2: float = 0.99
    warm_up: int = 5_000
    longest_gradient: float = 1.0
    ema_half_life: float = 20_000.0
    ema_ramp_up: float = 0.1
    mirror: bool = True
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints and cards."""
        return asdict(self)
