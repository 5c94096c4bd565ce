"""What straightening a frame and warping a picture cost, beside OpenCV's plain remap."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import cv2
import numpy as np

from calibration.projection import as_points
from calibration.rig import FRAME_PX, STAGE_PX, TABLE_MM, Rig
from calibration.table import as_rows
from exhibit.camera.straighten import Straightener
from exhibit.contract.calibration import Calibration, ProjectorCalibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView
from exhibit.stage.placement import place
from exhibit.stage.warp import Warp

_ROUNDS, _SIDE_PX = 200, 768
_RNG = np.random.default_rng(1)


def measure(rig: Rig, view: CameraView) -> dict[str, Any]:
    """Return milliseconds of one core, and those of plain remaps with the same maps."""
    cv2.setNumThreads(1)
    mesh = np.array([[2.0 * (n % 3), 1.0 * (n // 3)] for n in range(9)])
    straight = _straighten(rig, view)
    plane, bent = (_warp(rig, given) for given in (None, mesh))
    both = {name: straight["ms"] + warp["ms"] for name, warp in (("plane", plane), ("mesh", bent))}
    return {
        "straighten": straight,
        "warp_plane": plane,
        "warp_mesh": bent,
        "both": {name: round(ms, 3) for name, ms in both.items()},
    }


def _straighten(rig: Rig, view: CameraView) -> dict[str, float]:
    frame: Gray = _RNG.integers(0, 255, FRAME_PX[::-1], np.uint8)
    straighten = Straightener(view, TABLE_MM, rig.mirrored)
    maps, border = straighten.maps, cv2.BORDER_REPLICATE
    return _beside(
        lambda: straighten(frame),
        lambda: cv2.remap(frame, *maps, cv2.INTER_LINEAR, borderMode=border),
    )


def _warp(rig: Rig, mesh: np.ndarray[Any, np.dtype[np.float64]] | None) -> dict[str, float]:
    projector = ProjectorCalibration(
        size_px=STAGE_PX,
        mirror=True,
        rotate=0,
        table_to_projector=as_rows(rig.table_to_stage),
        mesh_px=None if mesh is None else as_points(mesh),
    )
    calibration = Calibration(table_mm=TABLE_MM, projector=projector)
    placement = place(*STAGE_PX, StageConfig(mirror=True), calibration)
    picture: Gray = _RNG.integers(0, 255, (_SIDE_PX, _SIDE_PX), np.uint8)
    warp = Warp(placement, _SIDE_PX)
    maps = (warp.columns, warp.rows)
    part, plain = (np.empty(shape, np.uint8) for shape in (warp.part.shape, maps[0].shape))
    return _beside(
        lambda: warp.draw(picture, warp.part, part),
        lambda: cv2.remap(
            picture, *maps, cv2.INTER_LINEAR, dst=plain,
            borderMode=cv2.BORDER_CONSTANT, borderValue=255,
        ),
    )  # fmt: skip


def _beside(ours: Callable[[], Any], plain: Callable[[], Any]) -> dict[str, float]:
    """Return median milliseconds, run in turns so that both meet the same machine.

    Of the processor's time: what other programs take meanwhile is none of theirs.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for run, times in zip((ours, plain), taken, strict=True):
            began = time.thread_time()
            run()
            times.append(1000 * (time.thread_time() - began))
    found, beside = (median(times) for times in taken)
    return {
        "ms": round(found, 3),
        "opencv_remap_ms": round(beside, 3),
        "ratio": round(found / beside, 3),
    }
