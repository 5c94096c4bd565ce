"""Measuring the projector at the table's own display, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import cv2
import numpy as np
import pygame

from calibration.patterns import hang
from calibration.projection import Fit
from calibration.projector_steps import Degrees, ProjectorStep, Told
from calibration.sightings import turn
from exhibit.contract.errors import CalibrationError
from exhibit.contract.values import Gray

LEAP_PX = 10
_RATE_HZ = 30
_REPEAT_AFTER_MS, _REPEAT_EVERY_MS = 300, 40
_ARROWS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_ORDERS = {"return": "accept", "enter": "accept", "s": "skip", "tab": "skip", "backspace": "back"}
_INK, _TOP_SHARE, _LINE_SHARE = 90, 0.86, 0.04
_TEXTS = {
    "disc_none": "Cross {number} of {count}: lay the disc on it; the camera does not see it yet.",
    "disc_again": "Cross {number} once more: it disagrees with the others. Lay the disc on it.",
    "disc_astray": "Cross {number} of {count}: the disc lies {away_mm} mm away. If not, go back.",
    "disc_several": "Cross {number} of {count}: more than one disc is seen; leave one.",
    "disc_moves": "Cross {number} of {count}: centre the disc, and take your hand away.",
    "disc_still": "Cross {number} of {count}: the disc is seen. Enter takes it.",
    "disc_done": "All crosses are measured.",
    "nudge": "Cross {number} of {count}: arrows (with Shift by 10) move it onto its printed mark.",
    "nudge_folded": "The corners are in disorder: put them back, clockwise from the upper left.",
    "board_seen": "{count} corners are seen. Enter takes them.",
    "board_none": "{count} corners are seen, too few: take the camera's filter off.",
}
_HELP = "Enter: take   S: next   Backspace: back   M: mirror   R: turn   Esc: leave"


class ProjectorWindow:
    """Shows a step's pattern and hands keys to it, until it is measured or left.

    Attributes:
        mirror: `stage.mirror` as the person found it right.
        rotate: `stage.rotate` likewise.

    Args:
        step: what is measured.
        window: the display's surface.
        newest: returns the camera's newest frame as it comes, or None; never waits.
        mirror: `stage.mirror` to begin with.
        rotate: `stage.rotate` to begin with.
        mirrored: frames come mirrored.
    """

    def __init__(
        self,
        step: ProjectorStep,
        window: pygame.Surface,
        newest: Callable[[], Gray | None],
        hanging: tuple[bool, Degrees],
        mirrored: bool,
    ) -> None:
        self._step, self._window, self._newest = step, window, newest
        self.mirror, self.rotate = hanging
        self._mirrored = mirrored
        self._complaint = ""

    def run(self) -> Fit | None:
        """Return the map, None where the person left.

        Raises:
            CalibrationError: what was measured is no map.
        """
        pygame.key.set_repeat(_REPEAT_AFTER_MS, _REPEAT_EVERY_MS)
        clock = pygame.time.Clock()
        while (fit := self._step.fit()) is None:
            for event in pygame.event.get():
                if event.type == pygame.QUIT:
                    return None
                if event.type == pygame.KEYDOWN:
                    key = pygame.key.name(event.key)
                    if key == "escape":
                        return None
                    self.press(key, bool(event.mod & pygame.KMOD_SHIFT))
            frame = self._newest()
            if frame is not None:
                self._step.look(turn(frame, self._mirrored))
            self._show()
            clock.tick(_RATE_HZ)
        return fit

    def press(self, key: str, shift: bool) -> None:
        """Take one key by its pygame name; what a step refuses is said in the window."""
        nowhere = np.zeros(2)
        try:
            if key in _ARROWS:
                by = np.multiply(_ARROWS[key], LEAP_PX if shift else 1)
                self._step.order("move", np.asarray(by, np.float64), 0)
            elif key in _ORDERS:
                back = key == "tab" and shift
                self._step.order("back" if back else _ORDERS[key], nowhere, 0)
            elif key.isdigit() and key != "0":
                self._step.order("select", nowhere, int(key) - 1)
            elif key == "m":
                self.mirror = not self.mirror
            elif key == "r":
                # The upright stage keeps its size: only half turns fit the same window.
                self.rotate = cast(Degrees, (self.rotate + 180) % 360)
            self._complaint = ""
        except CalibrationError as error:
            self._complaint = str(error)

    def _show(self) -> None:
        stage = written(self._step.pattern(), self._step.told(), self._complaint)
        pixels = hang(stage, self.mirror, self.rotate)
        shown = pygame.surfarray.make_surface(np.repeat(pixels.T[:, :, np.newaxis], 3, axis=2))
        self._window.blit(shown, (0, 0))
        pygame.display.flip()


def written(stage: Gray, told: Told, complaint: str) -> Gray:
    """Return a stage (h, w) uint8 with what a person must know below its middle."""
    height, width = stage.shape
    lines = [_TEXTS[told.code].format(**told.values), complaint or _HELP]
    scale = height / 900
    for number, line in enumerate(lines):
        (wide, _), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
        fitting = scale * min(1.0, 0.9 * width / max(wide, 1))
        left = round((width - wide * fitting / scale) / 2)
        at = (left, round((_TOP_SHARE + _LINE_SHARE * number) * height))
        cv2.putText(stage, line, at, cv2.FONT_HERSHEY_SIMPLEX, fitting, _INK, 1, cv2.LINE_AA)
    return stage
