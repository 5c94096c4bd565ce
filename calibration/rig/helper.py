"""Somebody who does what the guide says, at a made-up table: for rehearsals and tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.boards import BOARDS
from calibration.papers import PAPERS
from calibration.rig.marks import mark_pages
from calibration.rig.person import CENTRES_WITHIN_MM, disc_at, printed
from calibration.rig.rehearsal import PENS_PX_PER_MM, pens_drawn
from calibration.rig.table import STAGE_PX, TABLE_MM, Page, Pose, Rig, turn_about
from exhibit.contract.values import Gray

_PX_PER_MM = 4
_HELD_FRAMES, _TILT = 60, 0.35
_PLACES, _TURN = 12, 0.4
"""Where the board is held; after them all it is turned in its plane, so that views differ again."""
_NEARER_MM = 90.0


class Helper:
    """Lays on the table, or holds up, what a step of the guide asks for.

    Args:
        rig: the table.
        seed: of their errors and of the noise.
        stage_px: width and height of the upright stage, which the rig's projector shows whole.
    """

    def __init__(self, rig: Rig, seed: int, stage_px: tuple[int, int] = STAGE_PX) -> None:
        self._to_rig = np.divide(STAGE_PX, stage_px)
        self._rig, self._rng = rig, np.random.default_rng(seed)
        _, marks = mark_pages(np.random.default_rng(seed))
        board = BOARDS["a3"]
        self._board = printed(board.black(), board.paper.size_mm, _PX_PER_MM)
        sheet = Page(np.full((round(TABLE_MM[1]), round(TABLE_MM[0])), 255, np.uint8), 1.0)
        self._blank = rig.canvas((sheet, *marks))
        self._marks = marks
        self._lying: NDArray[np.float32] | None = None
        self._scenes: dict[tuple[Any, ...], NDArray[np.float32]] = {}
        self._held = 0

    def frame(self, guide: Mapping[str, Any] | None) -> Gray:
        """Return what the camera sees (H, W) while the guide says something, None: nothing."""
        step = "" if guide is None else str(guide["step"])
        if step == "camera":
            views = int(guide["values"].get("views", 0)) if guide is not None else 0
            # A view that is too much like another one is not taken: held elsewhere after a while.
            self._held += 1
            key: tuple[Any, ...] = ("camera", views + self._held // _HELD_FRAMES)
        elif step == "table":
            key = ("table",)
        elif step in ("dark", "pens"):
            key = (step,)
        elif step == "projector" and guide is not None and "cross_px" in guide["values"]:
            key = ("disc", *guide["values"]["cross_px"])
        else:
            key = ("blank",)
        if key not in self._scenes:
            self._scenes[key] = self._scene(key, guide)
        return self._rig.expose(self._scenes[key], self._rng)

    def _scene(self, key: tuple[Any, ...], guide: Mapping[str, Any] | None) -> NDArray[np.float32]:
        if key[0] == "camera":
            return self._rig.scene((Page(self._board, _PX_PER_MM, self._holding(int(key[1]))),))
        if key[0] == "table":
            return self._rig.scene((Page(self._board, _PX_PER_MM), *self._marks))
        if key[0] == "dark":
            return np.zeros_like(self._rig.scene((), self._blank))
        if key[0] == "pens":
            return self._rig.scene((Page(pens_drawn(PAPERS["a3"]), PENS_PX_PER_MM),), self._blank)
        if key[0] == "disc":
            middle = self._rig.land(np.array([key[1:]]) * self._to_rig)[0]
            middle = middle + self._rng.normal(0, CENTRES_WITHIN_MM, 2)
            return self._rig.scene((disc_at(middle, self._rng.uniform(-30, 30)),), self._blank)
        return self._rig.scene((), self._blank)

    def _holding(self, number: int) -> Pose:
        """Return how the board is held for a view: each one elsewhere, and tilted another way."""
        angle = 2 * np.pi * number / 5
        axis = np.array([np.cos(angle), np.sin(angle), 0.1 * (number % 3 - 1)])
        tilted = turn_about(_TILT * (number > 0) * axis)
        turned = tilted @ turn_about(np.array([0.0, 0.0, _TURN * (number // _PLACES)]))
        across, down = (number * 3 % 4) / 3 - 0.5, (number % 3) / 2 - 0.5
        middle = np.array([TABLE_MM[0] / 2, TABLE_MM[1] / 2, 0.0])
        away = np.array([across * 200, down * 150, 60.0 * (number % 4) - _NEARER_MM * (number % 2)])
        return Pose(turned, middle + away - turned @ middle)
