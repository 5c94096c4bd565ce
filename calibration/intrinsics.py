"""The camera's lens, from views of the board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.made import made_now
from calibration.sightings import Sighting
from calibration.views import ACROSS, DOWN, coverage_of, is_tilted
from exhibit.contract.calibration import CameraFormat, LensCalibration
from exhibit.contract.errors import CalibrationError

LEAST_VIEWS, LEAST_TILTED = 8, 3
LARGEST_ERROR_PX = 0.5
_COVERED_SHARE = 0.75
_WORST = 2.0
"""A view is dropped whose error is so many times the median one."""
_DROPPED_SHARE = 0.25
_UNCERTAIN = 0.02
"""Of the focal length: above it the views do not tell the lens from the distance."""


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    error_px: float
    matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    distortion: np.ndarray[tuple[int], np.dtype[np.float64]]
    uncertainty: np.ndarray[tuple[int], np.dtype[np.float64]]
    errors_px: np.ndarray[tuple[int], np.dtype[np.float64]]


def measure_lens(
    views: Sequence[Sighting], seen_by: CameraFormat, mirrored: bool
) -> LensCalibration:
    """Return the lens that fits some views of the board; the worst of them are dropped.

    Args:
        views: of one board, in frames turned to the visitor's side.
        seen_by: the camera.
        mirrored: `camera.mirrored`.

    Raises:
        CalibrationError: too few views, all of them alike, or a board that is not flat.

    Source: Zhang, A flexible new technique for camera calibration (2000), as in OpenCV.
    """
    _refuse_poor(views)
    kept = list(views)
    fit = _fitted(kept)
    while (worst := _worst(fit)) is not None and len(kept) > _fewest(len(views)):
        del kept[worst]
        fit = _fitted(kept)
    if fit.error_px > LARGEST_ERROR_PX:
        raise CalibrationError(
            f"the views fit a lens to {fit.error_px:.2f} px only, expected {LARGEST_ERROR_PX} px "
            "or less; glue the sheet onto something flat and stiff, and hold it still"
        )
    focal, uncertain = fit.matrix[0, 0], fit.uncertainty[0]
    if uncertain > _UNCERTAIN * focal:
        raise CalibrationError(
            f"the focal length is known to {uncertain:.0f} of {focal:.0f} px only, expected "
            f"{_UNCERTAIN * focal:.0f} or better; show the board tilted more, and nearer"
        )
    return _section(fit, kept, len(views) - len(kept), seen_by, mirrored)


def _refuse_poor(views: Sequence[Sighting]) -> None:
    if len(views) < LEAST_VIEWS:
        raise CalibrationError(
            f"{len(views)} views of the board, expected {LEAST_VIEWS} or more that differ"
        )
    papers = {view.board.paper.name for view in views}
    patterns = {view.board.legacy for view in views}
    if len(papers) > 1 or len(patterns) > 1:
        named = " and ".join(sorted(paper.upper() for paper in papers))
        raise CalibrationError(
            f"views of different boards ({named}); expected one board throughout"
        )
    sizes = sorted({view.size_px for view in views})
    if len(sizes) > 1:
        named = " and ".join(f"{width}×{height}" for width, height in sizes)
        raise CalibrationError(
            f"views of {named} px; expected one size throughout, that of the camera's frames"
        )
    covered = float(np.mean(coverage_of(list(views)) > 0))
    if covered < _COVERED_SHARE:
        raise CalibrationError(
            f"the board was in {100 * covered:.0f} % of the frame's {ACROSS * DOWN} regions, "
            f"expected {100 * _COVERED_SHARE:.0f} % or more; show it in the corners too"
        )
    tilted = sum(is_tilted(view) for view in views)
    if tilted < LEAST_TILTED:
        raise CalibrationError(
            f"the board was tilted in {tilted} views, expected {LEAST_TILTED} or more; flat ones "
            "do not tell the focal length from the distance"
        )


def _fewest(views: int) -> int:
    return max(LEAST_VIEWS, round((1 - _DROPPED_SHARE) * views))


def _worst(fit: _Fit) -> int | None:
    worst = int(np.argmax(fit.errors_px))
    return worst if fit.errors_px[worst] > _WORST * np.median(fit.errors_px) else None


def _fitted(views: Sequence[Sighting]) -> _Fit:
    flat = [np.column_stack([v.corners_mm, np.zeros(len(v.ids))]).astype(np.float32) for v in views]
    # OpenCV counts from the middle of the first pixel, a calibration from its corner.
    seen = [(view.corners - 0.5).astype(np.float32).reshape(-1, 1, 2) for view in views]
    start = np.eye(3)
    error, matrix, distortion, _, _, deviations, _, errors = cv2.calibrateCameraExtended(
        flat, seen, views[0].size_px, start, np.zeros(5)
    )
    return _Fit(
        error_px=float(error),
        matrix=np.asarray(matrix, np.float64),
        distortion=np.asarray(distortion, np.float64).ravel()[:5],
        uncertainty=np.asarray(deviations, np.float64).ravel()[:9],
        errors_px=np.asarray(errors, np.float64).ravel(),
    )


def _section(
    fit: _Fit, kept: list[Sighting], dropped: int, seen_by: CameraFormat, mirrored: bool
) -> LensCalibration:
    def rounded(values: np.ndarray[tuple[int], np.dtype[np.float64]], digits: int) -> list[float]:
        return [round(float(value), digits) for value in values]

    (fx, _, cx), (_, fy, cy) = fit.matrix[:2]
    return LensCalibration.model_validate(
        {
            "made": made_now(),
            "seen_by": seen_by,
            "mirrored": mirrored,
            "focal_px": [float(fx), float(fy)],
            "centre_px": [float(cx) + 0.5, float(cy) + 0.5],
            "distortion": [float(value) for value in fit.distortion],
            "focal_uncertainty_px": rounded(fit.uncertainty[:2], 3),
            "centre_uncertainty_px": rounded(fit.uncertainty[2:4], 3),
            "distortion_uncertainty": rounded(fit.uncertainty[4:9], 6),
            "error_px": round(fit.error_px, 4),
            "views": len(kept),
            "views_dropped": dropped,
            "coverage": coverage_of(kept).tolist(),
        }
    )
