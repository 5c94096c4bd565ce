"""Memory and processor time of the whole table."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

_MEMORY_EVERY_S = 5.0
"""To add up a process's memory the kernel walks over all of its pages."""
_GROWN = 1.01
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


class ResourceMeter:
    """Peak memory and mean processor use of a changing set of processes."""

    def __init__(self, now: float) -> None:
        self.begun_at = now
        self._cpu_s: dict[int, float] = {}
        self._processes: dict[int, psutil.Process] = {}
        self._memory_due = now
        self._weighed_mb = 0.0
        self.peak_mb = 0.0

    def sample(self, pids: Iterable[int], now: float) -> dict[int, float]:
        """Measure the processes that run now, and what they take together once that has grown.

        Returns:
            The resident memory of each in 10⁶ bytes, which costs next to nothing to read; pages
            that processes share count in each.
        """
        resident_mb: dict[int, float] = {}
        before, self._processes = self._processes, {}
        for pid in pids:
            try:
                process = before.get(pid) or psutil.Process(pid)
                times = process.cpu_times()
                resident_mb[pid] = process.memory_info().rss / 1e6
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            self._processes[pid] = process
            self._cpu_s[pid] = times.user + times.system
        if now >= self._memory_due:
            self._memory_due = now + _MEMORY_EVERY_S
            self._weigh(resident_mb)
        return resident_mb

    def _weigh(self, resident_mb: Mapping[int, float]) -> None:
        """Add up the shares of memory; the sum cannot have grown where nothing resident has."""
        together_mb = sum(resident_mb.values())
        if together_mb < _GROWN * self._weighed_mb:
            return
        self._weighed_mb, memory_mb = together_mb, 0.0
        for process in self._processes.values():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                memory_mb += memory_of(process) / 1e6
        self.peak_mb = max(self.peak_mb, memory_mb)

    def cpu_percent(self, now: float) -> float:
        """Return processor use since the beginning; 100 is one core fully used."""
        return 100.0 * sum(self._cpu_s.values()) / max(now - self.begun_at, 1e-9)


def memory_of(process: psutil.Process) -> int:
    """Return bytes of memory: PSS on Linux, where a page shared by n processes counts 1/n in each.

    Elsewhere it is the resident set, which counts shared pages in every process.
    """
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return int(process.memory_info().rss)
    found = _PSS.search(rollup)
    return int(found[1]) * 1024 if found else int(process.memory_info().rss)
