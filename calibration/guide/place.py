"""What steps of the guide are taken with, and what they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.projector_steps import Degrees
from exhibit.contract.calibration import Calibration, CameraFormat
from exhibit.contract.printed import RULER_MM
from exhibit.contract.values import Gray


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """What the steps are taken with.

    Args:
        file: `calibration.yaml`.
        seen_by: the camera.
        mirrored: `camera.mirrored`.
        simulated: whether frames are those of the simulated table.
        stage_px: width and height of the upright stage.
        mirror: `stage.mirror`.
        rotate: `stage.rotate`.
        exposure: `camera.exposure`.
        gain: `camera.gain`.
        fps: `camera.fps`, for which an exposure must leave room.
        ruler_mm: what the ruler on the board measures.
        new_marks: the border marks were stuck on anew.
    """

    file: Path
    seen_by: CameraFormat
    mirrored: bool
    simulated: bool
    stage_px: tuple[int, int]
    mirror: bool
    rotate: Degrees
    exposure: int | None
    gain: int | None
    fps: float
    ruler_mm: float = RULER_MM
    new_marks: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a step measured: `update`, by section of the calibration, and figures in `words`."""

    update: dict[str, Any]
    words: str


Measure = Callable[[Sequence[Gray], Calibration], Outcome]
