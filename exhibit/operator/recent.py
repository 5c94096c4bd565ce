"""The last five minutes in numbers, whoever looks: a page that is opened shows what was before."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

EVERY_S = 1.0
_KEPT = 300
_NAMES = ("fps", "latency", "temperature")


class Recent:
    """Values of every second; None where there was none."""

    def __init__(self) -> None:
        self._values: dict[str, deque[float | None]] = {
            name: deque(maxlen=_KEPT) for name in _NAMES
        }

    def add(self, state: Mapping[str, Any], machine: Mapping[str, Any]) -> None:
        """Keep the values of a second.

        Args:
            state: of the table.
            machine: measured of the machine.
        """
        values = (state["fps"], state["latency_p95_ms"], machine.get("temperature_c"))
        for name, value in zip(_NAMES, values, strict=True):
            self._values[name].append(value)

    def told(self) -> dict[str, list[float | None]]:
        """Return the values by name, oldest first."""
        return {name: list(values) for name, values in self._values.items()}
