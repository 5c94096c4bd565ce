"""All choices of one call of `models train-encoder`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.networks.psp.config import Backbone, Inversion
from models.training.encoder.config import EncoderTraining
from models.training.run.limits import RunLimits
from models.training.run.precision import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderPlan:
    """All choices of one call of `models train-encoder`."""

    gan: Path | None
    dataset: Path
    sketches: Path
    folder: Path
    resume: bool
    start: Path | None
    backbone: Backbone
    inversion: Inversion
    ink_size: int
    steps: int
    planes: int
    resolution: int
    map_side: int
    detail: int
    new_mapping: int
    z_dim: int
    training: EncoderTraining
    limits: RunLimits
    accelerator: str = "auto"
    devices: str = "1"
    precision: Asked = "auto"
