"""Choices of a GAN training run."""

from dataclasses import asdict, dataclass, field
from typing import Any

from models.training.parts.augment import AugmentConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class GanTraining:
    """Choices of a run; networks have their own configuration."""

    batch: int = 16
    learning_rate: float = 0.0025
    beta2: float = 0.99
    r1_gamma: float = 2.0
    r1_every: int = 16
    path_weight: float = 0.0
    path_every: int = 8
    path_batch_shrink: int = 2
    decorrelation_weight: float = 0.0
    moments_weight: float = 0.0
    adversarial_weight: float = 1.0
    features_weight: float = 0.0
    redraw_weight: float = 0.0
    instance_noise: float = 0.0
    style_mixing: float = 0.9
    ema_half_life: float = 5_000.0
    ema_ramp_up: float = 0.05
    mirror: bool = True
    seed: int = 0
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for checkpoints and logs."""
        return asdict(self)
