"""The camera of a made-up table, calibrated by what a person shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.calibration.light_on_ink import grid
from calibration.boards import BOARDS
from calibration.intrinsics import measure_lens
from calibration.rig import TABLE_MM, Page, Pose, Rig
from calibration.rig.person import printed
from calibration.rig.table import turn_about
from calibration.sightings import find_board, turn
from calibration.table import measure_table
from calibration.views import ViewCollector
from exhibit.contract.calibration import Calibration, CameraFormat
from exhibit.contract.calibration.maps import camera_view
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

_PX_PER_MM, _MOST_VIEWS, _LOOKS = 5, 60, 5
_TURN_DEG = (24.0, 24.0, 15.0)
_ASIDE_MM, _NEARER_MM = (150.0, 110.0), (-60.0, 200.0)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """How a camera was calibrated: its view, the lens's RMS in px, its true largest error in mm."""

    view: CameraView
    rms_px: float
    largest_mm: float
    views: int


def calibrate_seeing(rig: Rig, seed: int) -> Seen:
    """Calibrate a rig's camera as a person does: `calibrate camera`, then `calibrate table`."""
    rng = np.random.default_rng(seed)
    seen_by = CameraFormat(name="rig", fourcc="GREY", size_px=rig.size_px)
    lens = measure_lens(_shown(rig, rng).views, seen_by, rig.mirrored)
    scene = rig.scene((Page(_board("a3"), _PX_PER_MM),))
    frames = [rig.expose(scene, rng) for _ in range(_LOOKS)]
    known = Calibration(lens=lens)
    found = measure_table(frames, seen_by, rig.mirrored, known)
    whole = known.model_copy(update={"camera": found.camera, "table_mm": found.paper.size_mm})
    view = camera_view(whole)
    assert view is not None
    off = view.to_table(rig.see_table(grid())) - grid()
    largest = float(np.linalg.norm(off, axis=1).max())
    return Seen(view, lens.error_px, largest, lens.views)


def _shown(rig: Rig, rng: np.random.Generator) -> ViewCollector:
    """Return views of an A4 board that was held here and there until there were enough."""
    collector, board = ViewCollector(), _board("a4")
    for _ in range(_MOST_VIEWS):
        scene = rig.scene((Page(board, _PX_PER_MM, _held(rng)),))
        for _ in range(2):
            collector.offer(find_board(turn(rig.expose(scene, rng), rig.mirrored)))
        if collector.complete:
            break
    return collector


def _held(rng: np.random.Generator) -> Pose:
    turned = turn_about(np.radians(rng.uniform(-1, 1, 3) * _TURN_DEG))
    aside = rng.uniform(-1, 1, 2) * _ASIDE_MM
    middle = np.array([*(np.array(TABLE_MM) / 2 + aside), -rng.uniform(*_NEARER_MM)])
    half = np.array([*np.array(BOARDS["a4"].paper.size_mm) / 2, 0.0])
    return Pose(turned, middle - turned @ half)


def _board(paper: str) -> Gray:
    board = BOARDS[paper]
    return printed(board.black(), board.paper.size_mm, _PX_PER_MM)
