"""What is told of a figure that was measured several times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Floats


@dataclass(frozen=True, slots=True)
class Spread:
    """Least, median and most of all rounds."""

    least: float
    median: float
    most: float


def spread_of(values: Sequence[float] | Floats | np.ndarray, digits: int = 2) -> Spread:
    """Sum up values, rounded to so many digits behind the point."""
    return Spread(*(round(float(f(values)), digits) for f in (np.min, np.median, np.max)))
