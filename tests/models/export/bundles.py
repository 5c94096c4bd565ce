"""Bundles and directions for tests of what is exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.directions.result import Discovered
from models.export.bundle import Description, write_bundle
from tests.models.hands import small_hand

ABOUT = Description(
    name="test", artist="no one", collection="none", licence="Apache-2.0", attract_frames=6
)


def write_small_bundle(folder: Path) -> Path:
    """Write a bundle of untrained networks."""
    return write_bundle(small_hand(), ABOUT, folder)


def measured_direction(name: str = "hatching", **changes: Any) -> Discovered:
    """Make a direction of a measured semantic, as a bundle takes it up."""
    values = {
        "name": name,
        "vector": np.eye(16, dtype=np.float32)[3],
        "method": "regression",
        "layers": (2, 3),
        "seed": 0,
        "checkpoint": "0" * 64,
        "score": 0.9,
        "sigma": 1.5,
        "safe_range": (-2.0, 3.0),
        "correlations": {"hatching": 0.9},
    }
    return Discovered(**(values | changes))
