"""What a direction does to some codes, from one end of its safe range to the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from models.directions.drawing import draw_moved
from models.directions.result import Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Shares of the safe range, negative ones of its lower end."""
FALLBACK_SIGMAS = 3.0
"""Shown of a direction whose safe range was not measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """What a direction does to some codes.

    Args:
        direction: the direction.
        strengths: (steps,) in units of w.
        pictures: (steps, codes, R, R) uint8.
    """

    direction: Discovered
    strengths: tuple[float, ...]
    pictures: Gray

    @property
    def heat(self) -> NDArray[np.float32]:
        """Where pictures change between the ends, (R, R): mean over codes, 0 to 1."""
        first, last = (self.pictures[end].astype(np.float32) for end in (0, -1))
        return np.asarray(np.abs(last - first).mean(axis=0) / 255)


def strengths_of(direction: Discovered) -> tuple[float, ...]:
    """Strengths from one end of a direction's safe range to the other."""
    reach = direction.details.get("reach", FALLBACK_SIGMAS * direction.sigma)
    low, high = direction.safe_range or (-reach, reach)
    return tuple(float(-step * low if step < 0 else step * high) for step in STEPS)


def draw_strip(subject: Subject, codes: Codes, direction: Discovered) -> Strip:
    """Draw codes from one end of a direction's safe range to the other."""
    strengths = strengths_of(direction)
    pictures = np.stack([draw_moved(subject, codes, direction, s) for s in strengths])
    return Strip(direction, strengths, pictures)
