"""Numbers on command lines, so that what no command can use is refused before it begins."""

from __future__ import annotations

import math
from typing import Any

import click

from exhibit.contract.errors import InputError


class Number(click.FloatRange):
    """A number between two ends; click's own lets NaN through, and infinity without an end."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it; what is no finite number between the ends is refused with the option's name."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


SHARE = Number(0, 1)
NOT_NEGATIVE = Number(0)
POSITIVE = Number(0, min_open=True)
SEEDS_BELOW = 2**32
SEEDS = click.IntRange(0, SEEDS_BELOW - 1)
"""What generators of random numbers take."""
MOST = 10_000
"""So many numbers can be listed."""


def numbers_in(option: str, text: str, below: int) -> list[int]:
    """Read `1-3,6` as numbers.

    Args:
        option: that gave the text, for errors.
        text: numbers and ranges, the lower end first.
        below: they must be smaller than this.

    Returns:
        Each once, in the order given.

    Raises:
        InputError: no such text, a number that is too large, or more than `MOST`.
    """
    found: dict[int, None] = {}
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        try:
            low, high = _whole(first), _whole(last if dash else first)
        except ValueError:
            raise InputError(
                f"{option} '{text}': '{part}' is neither a number nor a range; expected some such "
                "as 1-3,6"
            ) from None
        if high < low:
            raise InputError(f"{option} '{text}': '{part}'; expected the lower end first")
        if high >= below:
            raise InputError(f"{option} '{text}': expected numbers from 0 to {below - 1}")
        if len(found) + high - low >= MOST:
            raise InputError(f"{option} '{text}': expected at most {MOST} numbers")
        found.update(dict.fromkeys(range(low, high + 1)))
    return list(found)


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError
    return int(text)
