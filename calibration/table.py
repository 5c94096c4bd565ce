"""Where the camera sees the table, from a board that lies where visitors' paper lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.boards import Board
from calibration.made import made_now
from calibration.marks_seen import measure_marks, refuse_other_scale
from calibration.papers import Paper
from calibration.sightings import GLARE_SHARE, Sighting, glare_share, require_board
from exhibit.contract.calibration import (
    Calibration,
    CameraCalibration,
    CameraFormat,
    LensCalibration,
    Residual,
    Rows,
)
from exhibit.contract.calibration.maps import lens_matrix
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Matrix, Points
from exhibit.contract.lens import Lens
from exhibit.contract.printed import RULER_MM
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

LARGEST_ERROR_MM = 1.0
_SCALES = (0.95, 1.05)
_SEEN_SHARE, _QUARTER_SHARE = 0.6, 0.3
_MOVED_PX = 1.0
_QUARTERS = ("upper left", "upper right", "lower left", "lower right")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What lies on the table, and how the camera sees it."""

    board: Board
    camera: CameraCalibration

    @property
    def paper(self) -> Paper:
        """The paper that visitors draw on."""
        return self.board.paper


def measure_table(
    frames: Sequence[Gray],
    seen_by: CameraFormat,
    mirrored: bool,
    known: Calibration,
    ruler_mm: float = RULER_MM,
) -> Table:
    """Return which board lies on the table and how the camera sees the plane it lies in.

    Args:
        frames: (H, W) uint8 each, as they come from the camera.
        seen_by: the camera.
        mirrored: `camera.mirrored`.
        known: what was measured before: its lens is taken out, its border marks tell the scale.
        ruler_mm: what the board's printed ruler measures.

    Raises:
        CalibrationError: no board, the wrong one, covered, moved, not flat, of another scale, or
            seen by another camera than the lens.
    """
    scale = _scale(ruler_mm)
    if known.lens is not None:
        _refuse_other_camera(known.lens, seen_by, mirrored)
    sightings = require_board(frames, mirrored)
    board = sightings[0].board
    _refuse_moved(sightings)
    corners = _steady_corners(sightings)
    numbers = np.array(sorted(corners))
    _refuse_covered(numbers, board.corners_mm, max(glare_share(frame) for frame in frames))
    seen = np.array([corners[number] for number in numbers])
    middle = np.array(board.paper.size_mm) / 2
    table = middle + scale * (board.corners_mm[numbers] - middle)
    view = fit_view(seen, table, seen_by.size_px, known.lens)
    off = view.to_table(seen) - table
    _refuse_bent(off, known.lens)
    marks = measure_marks(frames, mirrored, view)
    refuse_other_scale(marks, () if known.camera is None else known.camera.marks)
    camera = CameraCalibration(
        made=made_now(),
        seen_by=seen_by,
        size_px=seen_by.size_px,
        mirrored=mirrored,
        straightened=known.lens is not None,
        error_mm=round(float(np.linalg.norm(off, axis=1).max()), 3),
        mm_per_px=round(_mm_per_px(view, middle), 4),
        camera_to_table=as_rows(view.camera_to_table),
        marks=marks,
        residuals=residuals(table, off),
    )
    return Table(board, camera)


def without_marks(known: Calibration) -> Calibration:
    """Return a calibration that knows no border marks: they were stuck on anew."""
    if known.camera is None:
        return known
    return known.model_copy(update={"camera": known.camera.model_copy(update={"marks": ()})})


def fit_view(
    seen: Points, table: Points, size_px: tuple[int, int], lens: LensCalibration | None
) -> CameraView:
    """Return the view of least squares from (n, 2) pixels of turned frames to (n, 2) mm."""
    bent = None if lens is None else Lens(lens_matrix(lens), lens.distortion)
    straight = seen if bent is None else bent.straighten(seen)
    matrix, _ = cv2.findHomography(straight, table)
    return CameraView(size_px, np.asarray(matrix, np.float64), bent)


def residuals(
    points_mm: Points, off_mm: Points, held_out: Sequence[bool] = ()
) -> tuple[Residual, ...]:
    """Return how far off a map is at (n, 2) points, rounded to a micrometre, for a file."""
    apart = held_out or (False,) * len(points_mm)
    return tuple(
        Residual(
            at_mm=(round(float(x), 3), round(float(y), 3)),
            off_mm=(round(float(dx), 3), round(float(dy), 3)),
            held_out=out,
        )
        for (x, y), (dx, dy), out in zip(points_mm, off_mm, apart, strict=True)
    )


def as_rows(matrix: Matrix) -> Rows:
    """Return a (3, 3) matrix as rows of plain numbers, for a file."""
    a, b, c = ((float(x), float(y), float(z)) for x, y, z in matrix)
    return a, b, c


def _scale(ruler_mm: float) -> float:
    scale = ruler_mm / RULER_MM
    if not _SCALES[0] <= scale <= _SCALES[1]:
        raise CalibrationError(
            f"the ruler measures {ruler_mm:g} mm, so the sheet was printed at {100 * scale:.0f} %; "
            'print it again at 100 %, not "fit to page"'
        )
    return scale


def _refuse_other_camera(lens: LensCalibration, seen_by: CameraFormat, mirrored: bool) -> None:
    measured = {**lens.seen_by.model_dump(), "camera.mirrored": lens.mirrored}
    now = {**seen_by.model_dump(), "camera.mirrored": mirrored}
    wrong = [f"{key} {measured[key]}, now {now[key]}" for key in now if measured[key] != now[key]]
    if wrong:
        raise CalibrationError(
            f"the lens was measured with {'; '.join(wrong)}; run `calibrate camera` again"
        )


def _refuse_moved(sightings: Sequence[Sighting]) -> None:
    first, last = sightings[0], sightings[-1]
    _, at, there = np.intersect1d(first.ids, last.ids, return_indices=True)
    if len(at) == 0:
        return
    moved = np.linalg.norm(first.corners[at] - last.corners[there], axis=1).mean()
    if moved > _MOVED_PX:
        raise CalibrationError(
            f"camera or board moved by {moved:.1f} px while it was looked at, expected "
            f"{_MOVED_PX:g} px or less; fix the camera, and keep hands off the table"
        )


def _steady_corners(sightings: Sequence[Sighting]) -> Mapping[int, Points]:
    """Return the median of every corner that at least half of the frames show."""
    seen: dict[int, list[Points]] = {}
    for sighting in sightings:
        for number, corner in zip(sighting.ids, sighting.corners, strict=True):
            seen.setdefault(int(number), []).append(corner)
    often = {number: at for number, at in seen.items() if 2 * len(at) >= len(sightings)}
    return {number: np.median(at, axis=0) for number, at in often.items()}


def _refuse_covered(
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]], all_mm: Points, glare: float
) -> None:
    middle = all_mm.mean(axis=0)
    quarter = (all_mm[:, 1] > middle[1]).astype(int) * 2 + (all_mm[:, 0] > middle[0])
    shares = np.bincount(quarter[numbers], minlength=4) / np.bincount(quarter, minlength=4)
    covered = [
        name for name, share in zip(_QUARTERS, shares, strict=True) if share < _QUARTER_SHARE
    ]
    if covered or len(numbers) < _SEEN_SHARE * len(all_mm):
        where = f"; most of the {' and the '.join(covered)} is hidden" if covered else ""
        remedy = "take away what covers it"
        if glare > GLARE_SHARE:
            remedy = (
                f"glare hides them, {100 * glare:.0f} % of the picture is white without detail: "
                "lower camera.exposure, or turn lamps away"
            )
        raise CalibrationError(
            f"{len(numbers)} of the board's {len(all_mm)} corners are seen, expected "
            f"{_SEEN_SHARE * len(all_mm):.0f} or more{where}; {remedy}"
        )


def _refuse_bent(off: Points, lens: LensCalibration | None) -> None:
    error_mm = float(np.linalg.norm(off, axis=1).max())
    if error_mm <= LARGEST_ERROR_MM:
        return
    remedy = "lay the sheet flat, with nothing under it"
    if lens is None:
        remedy += ", and run `calibrate camera` first: the lens bends lines"
    raise CalibrationError(
        f"the board fits a plane to {error_mm:.1f} mm only, expected {LARGEST_ERROR_MM:g} mm or "
        f"less; {remedy}"
    )


def _mm_per_px(view: CameraView, at_mm: Points) -> float:
    pixel = view.to_frame(at_mm[None])[0]
    here, right, down = view.to_table(pixel + np.array([[0, 0], [1, 0], [0, 1]]))
    area = np.linalg.det(np.array([right - here, down - here]))
    return float(np.sqrt(abs(area)))
