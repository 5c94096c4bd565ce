"""How grey becomes light, as one table."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.tone import light_of
from exhibit.contract.values import Gray


def tone_table(config: StageConfig, level: float = 1.0) -> Gray:
    """Return the light of every grey.

    Args:
        config: contrast, brightness, saturation, tint and invert.
        level: 1 shows the picture, 0 no light at all.

    Returns:
        (256, 1, 3) uint8 RGB.
    """
    table = np.rint(255 * level * light_of(np.linspace(0, 1, 256), config))
    return np.asarray(table.reshape(256, 1, 3), np.uint8)


def apply_tone(window: Gray, table: Gray, out: Gray) -> None:
    """Write the light of a window (H, W) or (H, W, 3) into `out` (H, W, 3) RGB."""
    if window.ndim == 2:
        cv2.applyColorMap(window, table, dst=out)
    else:
        cv2.LUT(window, table.reshape(1, 256, 3), dst=out)
