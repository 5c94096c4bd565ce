"""Border marks watched while the table runs: has the camera moved since it was calibrated?"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from exhibit.camera.border_marks import BorderMarkFinder
from exhibit.contract.geometry import Points
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

LOOK_EVERY_S = 5.0
ALARM_MM, CALM_MM = 1.0, 0.8
"""The alarm begins above the first and ends below the second."""
_LOOKS, _ENOUGH_LOOKS = 7, 4
_FORGOTTEN_S, _UNSEEN_S = 60.0, 600.0
_TELLS_AGAIN_MM = 0.5
_AROUND_MM = 25.0
"""Marks are looked for so far around where they were."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What the marks say: `code` names it, `where` says how much or which; both empty if well."""

    code: str = ""
    where: str = ""


@dataclass(slots=True, eq=False)
class _Mark:
    middle_mm: Points
    seen_at: float
    looks: deque[tuple[float, Points]] = field(default_factory=lambda: deque(maxlen=_LOOKS))

    def off_mm(self, now: float) -> Points | None:
        """Return (2,) mm from where it was to where it is seen lately; None where it is not."""
        fresh = [off for at, off in self.looks if now - at < _FORGOTTEN_S]
        # A hand's shadow on one look, or a knock of a second, moves no median.
        return np.median(fresh, axis=0) if len(fresh) >= _ENOUGH_LOOKS else None


class MarkWatch:
    """Looks at the marks now and then, and says when light will no longer fall on ink.

    A mark that moved by itself is told apart from a camera or table that moved: the others stayed.

    Attributes:
        drift_mm: how far the table's marks seem to have moved; None while too few are seen.

    Args:
        view: how the camera sees the table.
        marks: by id, the (4, 2) mm corners of the marks as calibration saw them.
        mirrored: frames come mirrored.
    """

    def __init__(self, view: CameraView, marks: Mapping[int, Points], mirrored: bool) -> None:
        self._view, self._mirrored = view, mirrored
        self._marks = {number: _Mark(at.mean(axis=0), 0.0) for number, at in marks.items()}
        self._windows = {number: _window(view, at) for number, at in marks.items()}
        self._finder = BorderMarkFinder()
        self._due = float("-inf")
        self._began_at: float | None = None
        self._alarm = False
        self._told_mm: float | None = None
        self.drift_mm: float | None = None

    def look(self, pixels: Gray, now: float) -> None:
        """Look at a frame (H, W) uint8, as it comes, where it is time to."""
        if now < self._due:
            return
        self._due = now + LOOK_EVERY_S
        if self._began_at is None:
            self._began_at = now
            for mark in self._marks.values():
                mark.seen_at = now
        turned = pixels[:, ::-1] if self._mirrored else pixels
        for number, mark in self._marks.items():
            middle = self._find(turned, number)
            if middle is not None:
                mark.looks.append((now, middle - mark.middle_mm))
                mark.seen_at = now

    def tell(self, now: float) -> Drift:
        """Return what is wrong."""
        offs = {n: off for n, mark in self._marks.items() if (off := mark.off_mm(now)) is not None}
        loner = _loner(offs)
        if loner is not None:
            self.drift_mm = None
            where = f"mark {loner} by {np.linalg.norm(offs[loner]):.1f} mm"
            return Drift("mark_moved", where)
        self.drift_mm = _drift(offs)
        if self.drift_mm is not None:
            self._alarm = self.drift_mm > (CALM_MM if self._alarm else ALARM_MM)
            if self._alarm:
                # What is told stays while it wavers: every other word would be another alarm.
                if self._told_mm is None or abs(self.drift_mm - self._told_mm) > _TELLS_AGAIN_MM:
                    self._told_mm = self.drift_mm
                return Drift("calibration_drift", f"{self._told_mm:.1f} mm")
            self._told_mm = None
        unseen = [n for n, mark in self._marks.items() if now - mark.seen_at > _UNSEEN_S]
        if self._began_at is not None and len(self._marks) - len(unseen) < 2:
            return Drift("marks_unseen", ", ".join(map(str, unseen)))
        return Drift()

    def _find(self, turned: Gray, number: int) -> Points | None:
        """Return (2,) mm of the middle of a mark, None where it is covered."""
        left, top, right, bottom = self._windows[number]
        part = np.ascontiguousarray(turned[top:bottom, left:right])
        found = self._finder.find(part).get(number)
        if found is None:
            return None
        at = found + np.array([left, top])
        return np.asarray(self._view.to_table(at).mean(axis=0))


def _window(view: CameraView, corners_mm: Points) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom in the turned frame around a mark."""
    low, high = corners_mm.min(axis=0) - _AROUND_MM, corners_mm.max(axis=0) + _AROUND_MM
    rim = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
    seen = view.to_frame(rim)
    limits = view.size_px
    left, top = (max(0, int(v)) for v in seen.min(axis=0))
    right, bottom = (min(s, int(v) + 1) for s, v in zip(limits, seen.max(axis=0), strict=True))
    return left, top, right, bottom


def _drift(offs: Mapping[int, Points]) -> float | None:
    """Return the largest distance that a mark has moved; None where fewer than two are seen."""
    distances = [float(np.linalg.norm(off)) for off in offs.values()]
    return max(distances) if len(distances) >= 2 else None


def _loner(offs: Mapping[int, Points]) -> int | None:
    """Return the mark that moved while all others stayed; None where none did, or several."""
    moved = [n for n, off in offs.items() if np.linalg.norm(off) > ALARM_MM]
    still = [n for n, off in offs.items() if np.linalg.norm(off) < CALM_MM]
    return moved[0] if len(moved) == 1 and len(still) >= 2 and len(still) == len(offs) - 1 else None
