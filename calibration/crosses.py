"""Which crosses are projected for the disc, one after the other, and where the disc lay on them."""

from __future__ import annotations

import cv2
import numpy as np

from calibration.projection import Landing
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Matrix, Points, project

_FIRST_SHARES = (0.38, 0.62)
"""Of the stage: wherever the projection hangs, its middle falls on the table."""
_INSET_MM = 40.0
_COLUMNS, _ROWS = 4, 3
_ASTRAY_MM = 8.0
"""From where the others say that the cross lands: the disc lies somewhere else."""


class Crosses:
    """The crosses of one measurement.

    The first four stand near the middle of the stage. They say roughly where the table lies, and
    the other twelve are spread over the whole of it.

    Attributes:
        landings: what was measured.

    Args:
        stage_px: width and height of the upright stage.
        table_mm: width and height of the table's area.
    """

    def __init__(self, stage_px: tuple[int, int], table_mm: tuple[float, float]) -> None:
        self._stage_px, self._table_mm = stage_px, table_mm
        self.landings: list[Landing] = []
        self._skipped = 0

    @property
    def count(self) -> int:
        """How many crosses there are in all."""
        return len(_FIRST_SHARES) ** 2 + _COLUMNS * _ROWS

    @property
    def number(self) -> int:
        """Which cross is shown, counted from 1."""
        return len(self.landings) + self._skipped + 1

    @property
    def current(self) -> Points | None:
        """(2,) pixels of the upright stage, None when all were shown."""
        number = self.number - 1
        first = _first(self._stage_px)
        if number < len(first):
            return np.asarray(first[number])
        wanted = _spread(self._table_mm)
        at = number - len(first)
        if at >= len(wanted):
            return None
        if len(self.landings) < len(first):
            raise CalibrationError(
                "one of the first four crosses was skipped; expected all of them on the table: "
                "turn or move the projector until its middle falls on the paper"
            )
        # Whole pixels: a cross is drawn sharp only there.
        stage = project(self._rough, wanted[at : at + 1])[0]
        return np.asarray(np.clip(np.rint(stage), 0, np.subtract(self._stage_px, 1)), np.float64)

    def accept(self, middle_mm: Points) -> None:
        """Take where the disc lies for where the current cross lands.

        Raises:
            CalibrationError: it lies far from where the crosses before say that this one lands.
        """
        cross = self.current
        if cross is None:
            raise CalibrationError("all crosses were measured; expected to go on with the result")
        if len(self.landings) > 2 * len(_FIRST_SHARES):
            expected = project(np.asarray(np.linalg.inv(self._rough)), cross[None])[0]
            away = float(np.linalg.norm(middle_mm - expected))
            if away > _ASTRAY_MM:
                raise CalibrationError(
                    f"the disc lies {away:.0f} mm from where this cross lands, expected less than "
                    f"{_ASTRAY_MM:.0f} mm: lay it on the cross; if it does, an earlier one was "
                    "wrong: go back"
                )
        self.landings.append(Landing(cross, np.asarray(middle_mm, np.float64)))

    def skip(self) -> None:
        """Leave out the current cross: something stands there."""
        self._skipped += 1

    def back(self) -> None:
        """Measure the last cross again."""
        if self._skipped:
            self._skipped -= 1
        elif self.landings:
            self.landings.pop()

    @property
    def _rough(self) -> Matrix:
        """(3, 3) from mm to stage, from what was measured so far."""
        table = np.array([landing.table_mm for landing in self.landings])
        stage = np.array([landing.stage_px for landing in self.landings])
        found, _ = cv2.findHomography(table, stage)
        if found is None:
            raise CalibrationError(
                "the first four discs lie on one line; expected them on their crosses: begin again"
            )
        return np.asarray(found, np.float64)


def _first(stage_px: tuple[int, int]) -> Points:
    shares = [(x, y) for y in _FIRST_SHARES for x in _FIRST_SHARES]
    return np.rint(np.multiply(shares, stage_px))


def _spread(table_mm: tuple[float, float]) -> Points:
    """Return (12, 2) mm over the whole table, row by row and back again: short ways for a hand."""
    width, height = table_mm
    rows = []
    for number, y in enumerate(np.linspace(_INSET_MM, height - _INSET_MM, _ROWS)):
        columns = np.linspace(_INSET_MM, width - _INSET_MM, _COLUMNS)
        rows += [(x, y) for x in (columns if number % 2 == 0 else columns[::-1])]
    return np.array(rows)
