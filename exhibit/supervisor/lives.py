"""What a process measured over all its lives, in a record that does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COUNTERS = ("frames_captured", "frames_dropped", "pictures", "underruns")


def add_life(before: Mapping[str, Any], life: Mapping[str, Any]) -> dict[str, Any]:
    """Return what lives before and one more measured together.

    Args:
        before: the sum so far, empty at first.
        life: the last status of one life; empty where it ended before it could tell.

    Returns:
        the newest status with counters added up, and with the times of every stage from the newest
        life that measured it.
    """
    counted = {name: int(before.get(name, 0)) + int(life.get(name, 0)) for name in COUNTERS}
    stages_ms = {**before.get("stages_ms", {}), **life.get("stages_ms", {})}
    return {**before, **life, **counted, "stages_ms": stages_ms}
