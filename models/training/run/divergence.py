"""The end of a run whose numbers are no numbers any more."""

from __future__ import annotations

import math
from collections.abc import Mapping

from exhibit.contract.errors import ExhibitError


class DivergedError(ExhibitError):
    """A loss or a weight is not finite; raised by all processes of a run together."""


def not_finite_scalar(scalars: Mapping[str, float]) -> str | None:
    """Say which scalar is infinite or NaN, as `loss/r1 is nan`; None for none."""
    for name, value in scalars.items():
        if not math.isfinite(value):
            return f"{name} is {value}"
    return None
