"""How long a process has shown no life, on a machine that may be too busy to let it.

A process that hangs is killed and started again; one that only waits for a processor must not be,
for it would start in the same crowd, and never get further. The kernel tells the two apart. A start
may take minutes, as long as it is seen to do something.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path

_LOOK_EVERY_S = 0.5
_NEXT_TO_NOTHING = 0.005  # of a processor: what looks now and then whether it may go on
_PROC = "/proc"


def processor_waits(pid: int) -> dict[int, float]:
    """Return how many seconds each thread of a process has waited for a processor so far.

    Empty where the system does not tell; every silence then counts in full.

    """
    waits = {}
    with contextlib.suppress(OSError):
        for task in os.scandir(f"{_PROC}/{pid}/task"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                waits[int(task.name)] = _scheduled_s(task.path)[1]
    return waits


def processor_time(pid: int) -> float | None:
    """Return seconds that a process's first thread had a processor or waited for one, so far.

    None where the system does not tell.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        return sum(_scheduled_s(f"{_PROC}/{pid}/task/{pid}"))
    return None


def _scheduled_s(task: str) -> tuple[float, float]:
    """Return for how many seconds a thread had a processor, and for how many it waited for one.

    Source: Linux, Documentation/scheduler/sched-stats.rst, `/proc/<pid>/schedstat`: time on a
    processor and time spent waiting on a run queue, in nanoseconds.
    """
    told = _schedstat(task).read_text(encoding="ascii").split()
    return int(told[0]) / 1e9, int(told[1]) / 1e9


@functools.lru_cache(maxsize=256)
def _schedstat(task: str) -> Path:
    return Path(task, "schedstat")  # kept: a path made twice a second leaves holes among its names


class Silence:
    """The silence of one life of a process.

    Args:
        pid: of the process.
        started_at: monotonic seconds; it is silent from then to its first beat.
        waits: tells how long each thread has waited for a processor.
    """

    def __init__(
        self,
        pid: int,
        started_at: float,
        waits: Callable[[int], Mapping[int, float]] | None = None,
    ) -> None:
        self._pid, self._waits_of = pid, waits or processor_waits
        self._since = self._looked_at = started_at
        # Of a process that begins nothing is missed; its first thread has its number.
        self._waits: Mapping[int, float] | None = {pid: 0.0}
        self._excused_s = 0.0

    def measure(self, now: float, beat: float) -> float:
        """Return seconds without a sign of life that the process itself is to blame for.

        Args:
            now: monotonic seconds.
            beat: of the last beat, 0.0 before the first.
        """
        if beat > self._since:
            self._since = self._looked_at = beat
            self._waits, self._excused_s = None, 0.0
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._excuse(now)
        return now - self._since - self._excused_s

    def _excuse(self, now: float) -> None:
        before, self._waits = self._waits, self._waits_of(self._pid)
        self._looked_at = now
        if before is not None:
            # One thread that waits may be the one that all others wait for.
            waited = [wait - before[task] for task, wait in self._waits.items() if task in before]
            excused_s = self._excused_s + max(waited, default=0.0)
            # A wait is told when it ends, and may have lasted for longer than since the last look.
            self._excused_s = min(excused_s, now - self._since)


class Standstill:
    """How long the first thread of a process, which starts it, has done nothing at all.

    Args:
        pid: of the process.
        started_at: monotonic seconds.
        time_of: tells how long that thread had a processor or waited for one.
    """

    def __init__(
        self,
        pid: int,
        started_at: float,
        time_of: Callable[[int], float | None] | None = None,
    ) -> None:
        self._pid, self._time_of = pid, time_of or processor_time
        self._since = self._looked_at = started_at
        self._had_s = 0.0

    def measure(self, now: float) -> float:
        """Return seconds for which it has neither had a processor nor waited for one.

        0.0 where the system does not tell.
        """
        passed_s = now - self._looked_at
        if passed_s >= _LOOK_EVERY_S:
            before_s, self._looked_at = self._had_s, now
            had_s = self._time_of(self._pid)
            self._had_s = had_s or 0.0
            if had_s is None or had_s - before_s > _NEXT_TO_NOTHING * passed_s:
                self._since = now
        return now - self._since
