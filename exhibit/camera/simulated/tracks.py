"""Movement: values that change along keyframes in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_EASE_STEPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Keyframes: `times` (n,) ascending seconds, `values` (n, k); straight lines in between."""

    times: NDArray[np.float64]
    values: NDArray[np.float64]

    def at(self, t_s: float) -> NDArray[np.float64]:
        """Return the (k,) values at a time; before the first and after the last key they rest."""
        after = int(np.searchsorted(self.times, t_s, side="right"))
        if after == 0:
            return np.array(self.values[0])
        if after == len(self.times):
            return np.array(self.values[-1])
        start, end = self.times[after - 1], self.times[after]
        share = (t_s - start) / (end - start)
        values: NDArray[np.float64] = (1 - share) * self.values[after - 1] + share * self.values[
            after
        ]
        return values


class TrackBuilder:
    """Collects keyframes in the order of time."""

    def __init__(self, t_s: float, *values: float) -> None:
        self._times = [t_s]
        self._values = [values]

    @property
    def now_s(self) -> float:
        """Time of the last key."""
        return self._times[-1]

    def key(self, t_s: float, *values: float) -> None:
        """Go straight to `values`; a key that is not after the last one is left out."""
        if t_s > self._times[-1]:
            self._times.append(t_s)
            self._values.append(values)

    def hold(self, until_s: float) -> None:
        """Stay where the last key is."""
        self.key(until_s, *self._values[-1])

    def ease(self, until_s: float, *values: float) -> None:
        """Go to `values` as a body does: starting and stopping softly (smoothstep)."""
        start_s, start = self._times[-1], np.array(self._values[-1])
        for share in np.linspace(0, 1, _EASE_STEPS + 1)[1:]:
            soft = share * share * (3 - 2 * share)
            step = start + soft * (np.array(values) - start)
            self.key(start_s + share * (until_s - start_s), *map(float, step))

    def build(self) -> Track:
        """Return the track."""
        return Track(np.array(self._times), np.array(self._values, dtype=np.float64))
