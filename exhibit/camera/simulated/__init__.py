"""A table without a camera: visitors draw, and the truth about every frame is known."""

from exhibit.camera.simulated.conditions import (
    BLANK,
    DIFFICULTIES,
    DRAWN_WITH,
    HANDLED,
    Conditions,
    Polarity,
)
from exhibit.camera.simulated.live import SimulatedCamera
from exhibit.camera.simulated.table import SimulatedTable

__all__ = [
    "BLANK",
    "DIFFICULTIES",
    "DRAWN_WITH",
    "HANDLED",
    "Conditions",
    "Polarity",
    "SimulatedCamera",
    "SimulatedTable",
]
