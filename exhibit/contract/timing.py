"""How long things take: bounded memories of the latest measurements."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

_CAPACITY = 8192
_SHARES = (50, 95, 99)


class Ring:
    """The latest `capacity` measurements; older ones are forgotten."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._values = np.zeros(capacity, np.float64)
        self.count = 0
        self._found_at = 0
        self._found: dict[str, float] | None = None

    def add(self, value: float) -> None:
        """Remember one measurement."""
        self._values[self.count % self._values.size] = value
        self.count += 1

    def mean(self) -> float | None:
        """Return the mean of what is remembered, or None before the first."""
        return float(self._known().mean()) if self.count else None

    def percentiles(self) -> dict[str, float] | None:
        """Return p50, p95 and p99 of what is remembered, or None before the first."""
        if self._found_at != self.count:
            found = zip(_SHARES, np.percentile(self._known(), _SHARES), strict=True)
            self._found = {f"p{share}": round(float(value), 3) for share, value in found}
            self._found_at = self.count
        return self._found

    def _known(self) -> NDArray[np.float64]:
        return self._values[: min(self.count, self._values.size)]


class StageTimes:
    """Milliseconds each stage of a pipeline took, by name."""

    def __init__(self, *names: str, clock: Callable[[], float] = time.perf_counter) -> None:
        self._rings = {name: Ring() for name in names}
        self._clock = clock

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Measure the body of a `with` as one run of the stage `name`."""
        begun = self._clock()
        yield
        self._rings[name].add((self._clock() - begun) * 1000.0)

    def percentiles(self) -> dict[str, dict[str, float]]:
        """Return p50, p95 and p99 in milliseconds of every stage that ran."""
        found = {name: ring.percentiles() for name, ring in self._rings.items()}
        return {name: value for name, value in found.items() if value is not None}
