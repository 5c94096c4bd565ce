"""Our own sketches: vector strokes with the time at which the pen was at each point."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """One drawing: each stroke is (n, 3) float64: x, y in the unit square (y down), seconds."""

    name: str
    strokes: tuple[NDArray[np.float64], ...]

    @property
    def duration_s(self) -> float:
        """Time from the first touch of the pen to the last."""
        return float(self.strokes[-1][-1, 2])


def _parse(data: dict[str, Any]) -> Sketch:
    strokes = tuple(
        np.column_stack(
            [np.array(s["x"]) / 1000, np.array(s["y"]) / 1000, np.array(s["t_ms"]) / 1000]
        )
        for s in data["strokes"]
    )
    return Sketch(data["name"], strokes)


@cache
def load_sketches() -> tuple[Sketch, ...]:
    """Return all sketches of the package, by name."""
    folder = resources.files("exhibit.camera") / "sketches"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
    return tuple(_parse(json.loads(f.read_text(encoding="utf-8"))) for f in files)
