"""A person at the made-up table: lays sheets down, centres discs, nudges crosses onto marks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.crosses import Crosses
from calibration.disc import CARD_MM, Disc, find_discs, ring_rectangles
from calibration.nudging import NudgeEditor
from calibration.rig.table import Page, Pose, Rig, turn_about
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points, project
from exhibit.contract.printed import Rectangle
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

CENTRES_WITHIN_MM = 0.3
"""Standard deviation along each axis."""
_PX_PER_MM = 8


def printed(rectangles: list[Rectangle], size_mm: tuple[float, float], px_per_mm: int) -> Gray:
    """Return (H, W) uint8 of black rectangles on white paper, their edges as grey as they cover."""
    width, height = (round(side * px_per_mm) for side in size_mm)
    pixels = np.full((height, width), 255, np.uint8)
    for x, y, w, h in rectangles:
        corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]) * px_per_mm - 0.5
        cv2.fillConvexPoly(pixels, np.rint(corners * 16).astype(np.int32), 0, cv2.LINE_AA, shift=4)
    return pixels


def disc_at(middle_mm: Points, turned_deg: float) -> Page:
    """Return the disc on its card, its middle at a point of the table."""
    card = printed(ring_rectangles(CARD_MM, CARD_MM), (2 * CARD_MM, 2 * CARD_MM), _PX_PER_MM)
    turn = turn_about(np.array([0, 0, np.radians(turned_deg)]))
    shift = np.array([*middle_mm, 0]) - turn @ np.array([CARD_MM, CARD_MM, 0])
    return Page(card, _PX_PER_MM, Pose(turn, shift))


class Person:
    """Somebody with a steady hand.

    Args:
        rig: the table.
        view: how its camera was calibrated.
        rng: of their errors.
    """

    def __init__(self, rig: Rig, view: CameraView, rng: np.random.Generator) -> None:
        self._rig, self._view, self._rng = rig, view, rng

    def centre_discs(self, crosses: Crosses, sheet: Page) -> None:
        """Lay the disc on every cross, until all were measured."""
        under = self._rig.canvas((sheet,))
        while (cross := crosses.current) is not None:
            middle = self._rig.land(cross[None])[0] + self._error()
            disc = disc_at(middle, self._rng.uniform(-40, 40))
            crosses.accept(self._find(under, disc).middle)

    def nudge(self, editor: NudgeEditor) -> None:
        """Move every cross with the arrow keys until it lies on its printed mark."""
        for index, mark in enumerate(editor.marks_mm):
            aim = mark + self._error()
            editor.select(index)
            for _ in range(4):
                here = editor.points[index]
                landed = self._rig.land(here[None])[0]
                wanted = self._stage_of(aim)
                if np.linalg.norm(landed - aim) < 0.05:
                    break
                self._press(editor, np.rint(wanted - here))

    def _press(self, editor: NudgeEditor, steps: Points) -> None:
        for name, count in (("right", steps[0]), ("down", steps[1])):
            key = name if count > 0 else {"right": "left", "down": "up"}[name]
            leaps, single = divmod(abs(int(count)), 10)
            for shift, times in ((True, leaps), (False, single)):
                for _ in range(times):
                    editor.press(key, shift)

    def _stage_of(self, table_mm: Points) -> Points:
        return np.asarray(project(self._rig.table_to_stage, table_mm[None])[0])

    def _find(self, under: NDArray[np.float32], disc: Page) -> Disc:
        frame = self._rig.expose(self._rig.scene((disc,), under), self._rng)
        turned = frame[:, ::-1] if self._rig.mirrored else frame
        found = find_discs(np.ascontiguousarray(turned), self._view)
        if len(found) != 1:
            raise CalibrationError(f"{len(found)} discs found, expected the one on the table")
        return found[0]

    def _error(self) -> Points:
        return np.asarray(self._rng.normal(0, CENTRES_WITHIN_MM, 2))
