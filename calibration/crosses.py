"""Which crosses are projected for the disc, one after the other, and where the disc lay on them."""

from __future__ import annotations

import cv2
import numpy as np

from calibration.disc import CARD_MM
from calibration.projection import Landing, doubtful
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Matrix, Points, project, rectangle

_FIRST_SHARES = (0.38, 0.62)
"""Of the stage: wherever the projection hangs, its middle falls on the table."""
_FIRST = len(_FIRST_SHARES) ** 2
_INSET_MM = CARD_MM + 2
"""As near to the sheet's edge as the disc's card lies on it whole: beyond the outermost crosses the
map is only continued, and a hand's errors grow there."""
_COLUMNS, _ROWS, _CORNERS = 4, 3, 4
_ASTRAY_MM = 8.0
"""From where the others say that the cross lands: the disc lies somewhere else."""


class Crosses:
    """The crosses of one measurement.

    The first four stand near the middle of the stage. They say roughly where the table lies, and
    the others are spread over the whole of it, its corners twice: two hands err less than one, and
    a map is worst held there. Those that do not agree with the rest are shown once
    more at the end.

    Args:
        stage_px: width and height of the upright stage.
        table_mm: width and height of the table's area.
    """

    def __init__(self, stage_px: tuple[int, int], table_mm: tuple[float, float]) -> None:
        self._stage_px, self._table_mm = stage_px, table_mm
        self._measured: dict[int, Landing] = {}
        self._shown = list(range(self.count))
        self._at = 0

    @property
    def count(self) -> int:
        """How many crosses there are in all."""
        return _FIRST + _COLUMNS * _ROWS + _CORNERS

    @property
    def landings(self) -> list[Landing]:
        """What was measured."""
        return list(self._measured.values())

    @property
    def number(self) -> int:
        """Which cross is shown, counted from 1; one more than there are when all were shown."""
        return self._shown[self._at] + 1 if self._at < len(self._shown) else self.count + 1

    @property
    def again(self) -> bool:
        """Whether the current cross was measured before and did not agree with the others."""
        return self.count <= self._at < len(self._shown)

    @property
    def current(self) -> Points | None:
        """(2,) pixels of the upright stage, None when all were shown."""
        if self._at >= len(self._shown):
            return None
        number = self._shown[self._at]
        if number < _FIRST:
            return np.asarray(_first(self._stage_px)[number])
        if not all(first in self._measured for first in range(_FIRST)) and not self.again:
            raise CalibrationError(
                "one of the first four crosses was skipped; expected all of them on the table: "
                "turn or move the projector until its middle falls on the paper"
            )
        # Whole pixels: a cross is drawn sharp only there.
        at = number - _FIRST
        stage = project(self._rough, _spread(self._table_mm)[at : at + 1])[0]
        return np.asarray(np.clip(np.rint(stage), 0, np.subtract(self._stage_px, 1)), np.float64)

    def accept(self, middle_mm: Points) -> None:
        """Take where the disc lies for where the current cross lands.

        Raises:
            CalibrationError: it lies far from where the crosses before say that this one lands.
        """
        cross = self.current
        if cross is None:
            raise CalibrationError("all crosses were measured; expected to go on with the result")
        away_mm = self.astray_mm(middle_mm)
        if away_mm is not None:
            raise CalibrationError(
                f"the disc lies {away_mm:.0f} mm from where this cross lands, expected less than "
                f"{_ASTRAY_MM:.0f} mm: lay it on the cross; if it does, an earlier one was wrong: "
                "go back"
            )
        self._measured[self._shown[self._at]] = Landing(cross, np.asarray(middle_mm, np.float64))
        self._go_on()

    def astray_mm(self, middle_mm: Points) -> float | None:
        """Return how far a disc lies from where the current cross lands, by the others.

        None where it is near enough, or where too few were measured to say.
        """
        cross = self.current
        if cross is None or len(self._measured) <= _FIRST:
            return None
        expected = project(np.asarray(np.linalg.inv(self._rough)), cross[None])[0]
        away = float(np.linalg.norm(middle_mm - expected))
        return away if away > _ASTRAY_MM else None

    def skip(self) -> None:
        """Leave out the current cross: something stands there."""
        self._go_on()

    def back(self) -> None:
        """Measure the cross before again, of those that were shown in this round."""
        if self._at > (self.count if self.again else 0):
            self._at -= 1
            self._measured.pop(self._shown[self._at], None)

    def _go_on(self) -> None:
        self._at += 1
        if self._at != self.count or len(self._shown) > self.count:
            return
        numbers = list(self._measured)
        for index in sorted(doubtful(self.landings)):
            self._shown.append(numbers[index])
        for number in self._shown[self.count :]:
            del self._measured[number]

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
    """Return (16, 2) mm over the whole table: short ways for a hand, and the corners once more."""
    width, height = table_mm
    rows = []
    for number, y in enumerate(np.linspace(_INSET_MM, height - _INSET_MM, _ROWS)):
        columns = np.linspace(_INSET_MM, width - _INSET_MM, _COLUMNS)
        rows += [(x, y) for x in (columns if number % 2 == 0 else columns[::-1])]
    return np.concatenate([rows, rectangle(*np.subtract(table_mm, 2 * _INSET_MM)) + _INSET_MM])
