"""What a process holds over its lives, and whether that grows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import psutil

HELD = ("rss_mb", "own_mb", "descriptors", "threads")
"""`rss_mb` is all that is resident, `own_mb` what no file could bring back: heap and stacks."""
_FEWEST = 6
_HOUR_S = 3600.0


@dataclass(slots=True)
class Life:
    """One life of a process: when it was looked at, in seconds of the run, and what it held."""

    pid: int
    at_s: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)
    own_mb: list[float] = field(default_factory=list)
    descriptors: list[float] = field(default_factory=list)
    threads: list[float] = field(default_factory=list)

    def look(self, now_s: float) -> None:
        """Note what it holds now; one that has just ended holds nothing."""
        try:
            process = psutil.Process(self.pid)
            memory = process.memory_info()
            own_mb = (memory.rss - memory.shared) / 1e6
            held = (memory.rss / 1e6, own_mb, process.num_fds(), process.num_threads())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return
        if not memory.rss:
            return  # it has ended, and nobody has taken note yet
        self.at_s.append(now_s)
        for name, value in zip(HELD, held, strict=True):
            getattr(self, name).append(float(value))

    def settled(self, warm_up_s: float) -> list[int]:
        """Return which of its looks came after its warm-up."""
        return [i for i, at in enumerate(self.at_s) if at - self.at_s[0] >= warm_up_s]


def slope_an_hour(lives: Iterable[Life], name: str, warm_up_s: float) -> float | None:
    """Return how fast a process grows by itself, over all its lives together.

    Each life has a level of its own, since a process that was killed begins anew; the slope is one.

    Args:
        lives: of one process.
        name: one of `HELD`.
        warm_up_s: how much of the beginning of each life does not count.

    Returns:
        units an hour, None where too little was seen.
    """
    times, values = [], []
    for life in lives:
        rows = life.settled(warm_up_s)
        if len(rows) >= _FEWEST:
            at, held = np.array(life.at_s)[rows], np.array(getattr(life, name))[rows]
            times.append(at - at.mean())
            values.append(held - held.mean())
    if not times:
        return None
    at, held = np.concatenate(times), np.concatenate(values)
    return float(_HOUR_S * (at @ held) / (at @ at))


def drift(lives: Iterable[Life], name: str, warm_up_s: float) -> float | None:
    """Return how much more a process holds at the end of a life than after its warm-up, at most.

    Medians of the first and the last third are compared: a descriptor that is open for a moment
    does not count.
    """
    found = []
    for life in lives:
        rows = life.settled(warm_up_s)
        third = len(rows) // 3
        if len(rows) >= _FEWEST:
            held = np.array(getattr(life, name))[rows]
            found.append(float(np.median(held[-third:]) - np.median(held[:third])))
    return max(found, default=None)
