"""Three ways to measure the projector: what is projected, what is seen, what a person says to it.

Each is asked for its pattern, shown frames, and told orders, by whoever has a window or a page.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from calibration.crosses import Crosses
from calibration.disc import find_discs
from calibration.made import made_now
from calibration.nudging import NudgeEditor
from calibration.patterns import crosshair, nine_crosses, projected_board
from calibration.projection import Fit, Landing, as_points, fit_projection
from calibration.table import as_rows, residuals
from exhibit.contract.calibration import ProjectorCalibration
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points
from exhibit.contract.printed import Rectangle
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView, ProjectorView

Method = Literal["disc", "mesh", "automatic"]
Degrees = Literal[0, 90, 180, 270]
_STILL_FRAMES, _STILL_MM = 8, 0.4
_FEWEST_CORNERS = 24
_GLYPH_AT = np.array([0.44, 0.42])


@dataclass(frozen=True, slots=True)
class Told:
    """How a step stands: `code` of a text and its `values`, and whether `accept` makes sense."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)
    ready: bool = False


class ProjectorStep(Protocol):
    """One way to measure the projector."""

    method: Method

    def pattern(self) -> Gray:
        """Return what is projected: (h, w) uint8 of the upright stage."""

    def look(self, turned: Gray) -> None:
        """Take in a frame (H, W) uint8 turned to the visitor's side."""

    def order(self, do: str, by: Points, number: int) -> None:
        """Do what a person says: `accept`, `skip`, `back`, `move` by pixels, `select` a number."""

    def told(self) -> Told:
        """Say how it stands."""

    def fit(self) -> Fit | None:
        """Return the map once everything is measured; raises CalibrationError where it is none."""


class DiscStep:
    """A person centres the disc on one cross after the other; the camera sees where it lies."""

    method: Method = "disc"

    def __init__(
        self, stage_px: tuple[int, int], table_mm: tuple[float, float], view: CameraView
    ) -> None:
        self._stage_px, self._table_mm, self._view = stage_px, table_mm, view
        self._crosses = Crosses(stage_px, table_mm)
        self._seen: deque[Points] = deque(maxlen=_STILL_FRAMES)
        self._discs = 0

    def pattern(self) -> Gray:
        """Return the current cross on white."""
        at = self._crosses.current
        if at is None:
            return np.full(self._stage_px[::-1], 255, np.uint8)
        glyph_at = _GLYPH_AT * self._stage_px
        return crosshair(self._stage_px, at, self._crosses.number, glyph_at)

    def look(self, turned: Gray) -> None:
        """Look for the disc."""
        found = find_discs(turned, self._view)
        self._discs = len(found)
        if len(found) == 1:
            self._seen.append(found[0].middle)
        else:
            self._seen.clear()

    def order(self, do: str, by: Points, number: int) -> None:
        """Accept where the disc lies, skip this cross, or go back to the last."""
        if do == "accept":
            told = self.told()
            if not told.ready:
                raise CalibrationError(_NOT_YET[told.code].format(**told.values))
            self._crosses.accept(np.mean(self._seen, axis=0))
        elif do == "skip":
            self._crosses.skip()
        elif do == "back":
            self._crosses.back()
        self._seen.clear()

    def told(self) -> Told:
        """Say which cross it is, and whether the disc lies still."""
        cross = self._crosses.current
        if cross is None:
            return Told("disc_done", {"count": len(self._crosses.landings)})
        values = {
            "number": self._crosses.number,
            "count": self._crosses.count,
            "cross_px": [float(side) for side in cross],
        }
        if self._discs > 1:
            return Told("disc_several", values)
        if not self._seen:
            return Told("disc_again" if self._crosses.again else "disc_none", values)
        away_mm = self._crosses.astray_mm(self._seen[-1])
        if away_mm is not None:
            return Told("disc_astray", {**values, "away_mm": round(away_mm)})
        still = len(self._seen) == _STILL_FRAMES and float(np.ptp(self._seen, axis=0).max()) < (
            _STILL_MM
        )
        return Told("disc_still" if still else "disc_moves", values, still)

    @property
    def cross(self) -> Points | None:
        """(2,) pixels of the upright stage where the disc belongs now; None after the last."""
        return self._crosses.current

    def fit(self) -> Fit | None:
        """Return the map after the last cross."""
        if self._crosses.current is not None:
            return None
        return fit_projection(self._crosses.landings, self._stage_px, self._table_mm)


_NOT_YET = {
    "disc_none": "no disc is seen; expected it on the cross, whole, with no hand over it",
    "disc_several": "several discs are seen; expected the one on the cross: take the others away",
    "disc_again": (
        "no disc is seen; expected it once more on this cross, which disagrees with the others"
    ),
    "disc_astray": (
        "the disc lies {away_mm} mm from where this cross lands: lay it on the cross; if it does, "
        "an earlier one was wrong: go back"
    ),
    "disc_moves": "the disc does not lie still yet; expected it to rest for a second",
    "disc_done": "all crosses were measured; expected to save",
}


class NudgeStep:
    """A person moves nine crosses onto printed marks, by keys or from the page."""

    method: Method = "mesh"

    def __init__(
        self,
        stage_px: tuple[int, int],
        table_mm: tuple[float, float],
        known: ProjectorView | None = None,
        shapes: Sequence[Rectangle] = (),
    ) -> None:
        self._stage_px, self._shapes = stage_px, shapes
        self.editor = NudgeEditor(stage_px, table_mm, known)
        self._done = False

    def pattern(self) -> Gray:
        """Return the nine crosses on white."""
        editor = self.editor
        view = None if editor.plane is None else editor.view
        return nine_crosses(self._stage_px, editor.points, editor.selected, view, self._shapes)

    def look(self, turned: Gray) -> None:
        """Need no camera: a person's eyes see it."""

    def order(self, do: str, by: Points, number: int) -> None:
        """Move the selected cross, select another, or accept all of them."""
        if do == "move":
            self.editor.move(by)
        elif do == "select":
            self.editor.select(number)
        elif do in ("skip", "back"):
            self.editor.step(1 if do == "skip" else -1)
        elif do == "accept":
            _ = self.editor.view
            self._done = True

    def told(self) -> Told:
        """Say which cross is moved."""
        sound = self.editor.plane is not None
        values = {"number": self.editor.selected + 1, "count": len(self.editor.points)}
        return Told("nudge" if sound else "nudge_folded", values, sound)

    def fit(self) -> Fit | None:
        """Return the map once it was accepted."""
        return self.editor.fit() if self._done else None


class AutomaticStep:
    """The camera sees a projected board itself: only with its filter taken off."""

    method: Method = "automatic"

    def __init__(
        self, stage_px: tuple[int, int], table_mm: tuple[float, float], view: CameraView
    ) -> None:
        self._stage_px, self._table_mm, self._view = stage_px, table_mm, view
        self._pattern, self._find = projected_board(stage_px)
        self._stage = self._table = np.empty((0, 2))
        self._done = False

    def pattern(self) -> Gray:
        """Return the board."""
        return self._pattern

    def look(self, turned: Gray) -> None:
        """Look for the board's corners."""
        stage, seen = self._find(turned)
        table = self._view.to_table(seen) if len(seen) else seen
        # Corners beside the paper lie deeper, on whatever is under it.
        inside = ((table > 0) & (table < self._table_mm)).all(axis=1)
        self._stage, self._table = stage[inside], table[inside]

    def order(self, do: str, by: Points, number: int) -> None:
        """Accept what is seen now."""
        if do == "accept":
            if len(self._table) < _FEWEST_CORNERS:
                raise CalibrationError(
                    f"{len(self._table)} corners of the projected board are seen on the paper, "
                    f"expected {_FEWEST_CORNERS} or more: take the camera's filter off, lay blank "
                    "paper down and darken the room"
                )
            self._done = True

    def told(self) -> Told:
        """Say how many corners are seen."""
        count = len(self._table)
        enough = count >= _FEWEST_CORNERS
        return Told("board_seen" if enough else "board_none", {"count": count}, enough)

    def fit(self) -> Fit | None:
        """Return the map of the corners that were accepted."""
        if not self._done:
            return None
        landings = [Landing(s, t) for s, t in zip(self._stage, self._table, strict=True)]
        return fit_projection(landings, self._stage_px, self._table_mm)


def section_of(fit: Fit, method: Method, mirror: bool, rotate: Degrees) -> ProjectorCalibration:
    """Return what is saved of a map.

    Args:
        fit: the map, and how well it explains what was measured.
        method: how it was measured.
        mirror: `stage.mirror` with which it was measured.
        rotate: `stage.rotate` with which it was measured.
    """
    view, judged = fit.view, bool(fit.held_out.any())
    kept = ~fit.left_out
    return ProjectorCalibration(
        made=made_now(),
        method=method,
        size_px=view.size_px,
        mirror=mirror,
        rotate=rotate,
        table_to_projector=as_rows(view.table_to_stage),
        mesh_px=None if view.mesh_px is None else as_points(view.mesh_px),
        error_mean_mm=round(fit.mean_mm, 3) if judged else None,
        error_max_mm=round(fit.largest_mm, 3) if judged else None,
        residuals=residuals(fit.table_mm[kept], fit.off_mm[kept], fit.held_out[kept].tolist()),
    )
