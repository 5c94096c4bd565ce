"""The border marks: where they lie on the table, and whether they still do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from calibration.sightings import turn
from exhibit.camera.border_marks import BorderMarkFinder
from exhibit.contract.border_marks import IDS, MARK_MM
from exhibit.contract.calibration import BorderMark
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

MOVED_MM = 1.0
_SIZE_SHARE, _APART_SHARE = 0.1, 0.01
"""Outlines of marks are found a few per cent too small, their middles where they are."""


def see_marks(frames: Sequence[Gray], mirrored: bool) -> dict[int, Points]:
    """Return by id the (4, 2) corners, in turned pixels, of marks that half of the frames show."""
    finder = BorderMarkFinder()
    seen: dict[int, list[Points]] = defaultdict(list)
    for frame in frames:
        for number, corners in finder.find(turn(frame, mirrored)).items():
            seen[number].append(corners)
    often = {number: at for number, at in seen.items() if 2 * len(at) >= len(frames)}
    return {number: np.median(at, axis=0) for number, at in sorted(often.items())}


def measure_marks(
    frames: Sequence[Gray], mirrored: bool, view: CameraView
) -> tuple[BorderMark, ...]:
    """Return where the border marks lie on the table; none where there are none.

    Args:
        frames: (H, W) uint8, as they come from the camera.
        mirrored: `camera.mirrored`.
        view: how the camera sees the table.

    Raises:
        CalibrationError: some are seen and others are not.
    """
    seen = see_marks(frames, mirrored)
    missing = [str(number) for number in IDS if number not in seen]
    if seen and missing:
        raise CalibrationError(
            f"{len(seen)} of the {len(IDS)} border marks are seen, not {' and '.join(missing)}; "
            "uncover them, or take all of them away"
        )
    return tuple(
        BorderMark.model_validate({"id": number, "corners_mm": np.round(at, 3).tolist()})
        for number, corners in seen.items()
        for at in (view.to_table(corners),)
    )


def refuse_other_scale(marks: Sequence[BorderMark], before: Sequence[BorderMark]) -> None:
    """Refuse a board by which the marks have another size, or lie farther apart, than they do.

    Args:
        marks: as the board tells.
        before: as an earlier one told; they stay on the table.
    """
    if not marks:
        return
    sides = [
        np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).mean()
        for corners in (np.array(mark.corners_mm) for mark in marks)
    ]
    size = float(np.mean(sides))
    if abs(size / MARK_MM - 1) > _SIZE_SHARE:
        raise CalibrationError(
            f"by the board the border marks are {size:.1f} mm wide, expected {MARK_MM:g} mm: board "
            'or marks were not printed at 100 %; print them again, not "fit to page"'
        )
    now, then = (_apart_mm(each) for each in (marks, before))
    if now and then and abs(now / then - 1) > _APART_SHARE:
        raise CalibrationError(
            f"by the board the border marks are {now:.0f} mm apart, {then:.0f} mm when they were "
            "measured last: this board was printed at another scale; type in what its ruler "
            "measures, or say --new-marks where the marks were stuck on anew"
        )


def moved_mm(
    frames: Sequence[Gray], mirrored: bool, view: CameraView, marks: Sequence[BorderMark]
) -> dict[int, float]:
    """Return by id how far each mark that is seen lies from where it was measured, in mm."""
    seen = see_marks(frames, mirrored)
    return {
        mark.id: float(np.linalg.norm(view.to_table(seen[mark.id]).mean(axis=0) - middle_of(mark)))
        for mark in marks
        if mark.id in seen
    }


def middle_of(mark: BorderMark) -> Points:
    """Return (2,) mm, where the middle of a mark was measured."""
    return np.asarray(np.array(mark.corners_mm).mean(axis=0), np.float64)


def _apart_mm(marks: Sequence[BorderMark]) -> float:
    """Return the mean distance between neighbours; 0 where not all marks are there."""
    if len(marks) != len(IDS):
        return 0.0
    middles = np.array([middle_of(mark) for mark in sorted(marks, key=lambda mark: mark.id)])
    return float(np.linalg.norm(np.roll(middles, -1, axis=0) - middles, axis=1).mean())
