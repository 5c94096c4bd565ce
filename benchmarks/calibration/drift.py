"""How soon does the table notice that its camera was knocked, and does it ever cry wolf?"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.rig import LYING, Page, Rig
from calibration.rig.marks import mark_pages
from exhibit.camera.mark_watch import LOOK_EVERY_S, MarkWatch
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

_HIDDEN_SHARE = 0.15
"""Of the looks at one mark: a hand or an elbow covers it."""
_WARMS_MM = 0.25
"""How far everything creeps and comes back in a day, with the building's warmth."""
_SHARED = 24


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody knocked the camera: how far marks moved in mm, and seconds until the alarm."""

    moved_mm: float
    noticed_after_s: float | None


class Watched:
    """A rig with marks whose watch is played through, second by second.

    Args:
        rig: the table.
        view: how its camera was calibrated.
        seed: of noise and hands.
    """

    def __init__(self, rig: Rig, view: CameraView, seed: int) -> None:
        self._rig, self._rng = rig, np.random.default_rng(seed)
        self._marks, self._pages = mark_pages(self._rng)
        self._sheet = Page(np.full((297, 420), 255, np.uint8), 1.0, LYING)
        self.watch = MarkWatch(view, self._marks, rig.mirrored)

    def false_alarms(self, hours: float) -> int:
        """Return how many looks of a quiet day raise anything."""
        looks = round(3600 * hours / LOOK_EVERY_S)
        day = [self._scene(self._warmed(share)) for share in np.linspace(0, 1, _SHARED, False)]
        raised = 0
        for number in range(looks):
            scene = day[number * _SHARED // looks]
            now = LOOK_EVERY_S * number
            self.watch.look(self._frame(self._rig, scene), now)
            raised += bool(self.watch.tell(now).code)
        return raised

    def knock(self, rig: Rig, at_s: float) -> Knock:
        """Return when the watch notices that the rig is another one from now on."""
        before = np.concatenate([self._rig.see_table(at) for at in self._marks.values()])
        after = np.concatenate([rig.see_table(at) for at in self._marks.values()])
        scale = np.linalg.norm(np.diff(self._rig.see_table(np.array([[0, 0], [100.0, 0]])), axis=0))
        moved = float(np.linalg.norm(after - before, axis=1).max() * 100 / scale)
        scene = self._scene(rig)
        for second in np.arange(0, 120, LOOK_EVERY_S):
            self.watch.look(self._frame(rig, scene), at_s + second)
            if self.watch.tell(at_s + second).code == "calibration_drift":
                return Knock(moved, float(second))
        return Knock(moved, None)

    def _warmed(self, share: float) -> Rig:
        creep = _WARMS_MM * np.sin(2 * np.pi * share)
        return self._rig.moved((0, 0, 0), np.array([creep, 0.6 * creep, 0]))

    def _scene(self, rig: Rig) -> NDArray[np.float32]:
        return rig.scene((self._sheet, *self._pages))

    def _frame(self, rig: Rig, scene: NDArray[np.float32]) -> Gray:
        seen = scene
        for at in self._marks.values():
            if self._rng.random() < _HIDDEN_SHARE:
                seen = seen.copy() if seen is scene else seen
                x, y = np.rint(rig.see_table(at).mean(axis=0)).astype(int)
                cv2.circle(seen, (int(x), int(y)), 22, 0.55, -1)
        return rig.expose(seen, self._rng)
