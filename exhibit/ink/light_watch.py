"""Dead light: a zone of the table that became much darker than it was."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray, InkEvent

ROWS, COLUMNS = 3, 4
_DEAD, _ALIVE = 0.7, 0.8
_FREE_SHARE = 0.25
_FIRST, _LEARNT, _LASTS = 20, 300, 15
"""Frames that make the reference, frames in which it may still rise, for paper that just comes is
seen too dark, and frames for which a zone must stay dark."""


class LightWatch:
    """Compares each zone's paper with what it was when the zone was first seen well."""

    def __init__(self, mirrored: bool, blank: Floats | None = None) -> None:
        """Zones are named from the visitor's side.

        Args:
            mirrored: the camera looks from below.
            blank: (h, w) float32, brightness of a blank sheet while all lights were alive, or None.
        """
        self._mirrored = mirrored
        size = (COLUMNS, ROWS)
        self._blank = (
            None if blank is None else cv2.resize(blank, size, interpolation=cv2.INTER_AREA)
        )
        self._reference: NDArray[np.float64] = np.zeros((ROWS, COLUMNS))
        self._seen = np.zeros((ROWS, COLUMNS), int)
        self._dark_frames = np.zeros((ROWS, COLUMNS), int)

    def step(self, level: Gray, free: Gray) -> tuple[InkEvent, ...]:
        """Tell of zones that died (`light_fault`) or are back (`light_back`) since the last frame.

        Args:
            level: (h, w) uint8, brightness of the paper.
            free: (h, w) uint8, not 0 where paper is seen.
        """
        size = (COLUMNS, ROWS)
        seen = np.greater(free, 0).astype(np.float32)
        share = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
        light = cv2.resize(seen * level, size, interpolation=cv2.INTER_AREA)
        told = []
        for row, column in zip(*np.nonzero(share >= _FREE_SHARE), strict=True):
            zone = int(row), int(column)
            happened = self._judge(zone, float(light[zone] / share[zone]))
            if happened:
                told.append(InkEvent(happened, self._name(*zone)))
        return tuple(told)

    def _judge(self, zone: tuple[int, int], level: float) -> str:
        """Name what has just happened to a zone; its reference is what its first frames rise to."""
        self._seen[zone] += 1
        if self._seen[zone] <= _FIRST:
            self._reference[zone] += (level - self._reference[zone]) / self._seen[zone]
            return ""
        if self._seen[zone] <= _LEARNT and level > self._reference[zone]:
            self._reference[zone] += (level - self._reference[zone]) / _FIRST
        share = level / max(self._expected(zone), 1.0)
        if share > _ALIVE:
            was_dead = self._dark_frames[zone] >= _LASTS
            self._dark_frames[zone] = 0
            return "light_back" if was_dead else ""
        if share >= _DEAD:
            return ""
        self._dark_frames[zone] += 1
        return "light_fault" if self._dark_frames[zone] == _LASTS else ""

    def _expected(self, zone: tuple[int, int]) -> float:
        """Return the light of a zone when it was alive, which may have been before the start."""
        began = float(self._reference[zone])
        if self._blank is None:
            return began
        seen = self._seen >= _FIRST
        follows = float(np.median(self._reference[seen] / np.maximum(self._blank[seen], 4.0)))
        return max(began, follows * float(self._blank[zone]))

    def zone_at(self, x: float, y: float) -> str:
        """Return the name of the zone at a place, as shares of the frame's width and height."""
        return self._name(min(int(y * ROWS), ROWS - 1), min(int(x * COLUMNS), COLUMNS - 1))

    def _name(self, row: int, column: int) -> str:
        if self._mirrored:
            column = COLUMNS - 1 - column
        return f"row {row + 1} of {ROWS}, column {column + 1} of {COLUMNS}"
