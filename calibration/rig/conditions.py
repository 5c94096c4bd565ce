"""Five kinds of paper and light under which a table is calibrated."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray

_WHITE = 255.0


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Paper, light and sensor.

    Args:
        paper: brightness of paper, 0 to 1.
        ink: brightness of carbon on it.
        table: brightness of the bare table.
        uneven: how much darker the corners are than the middle, 0 to 1.
        dead: one zone of LEDs is out.
        grain: standard deviation of the paper's own texture, in shares of its brightness.
        glare: brightness that a lamp above adds at one place.
        noise: standard deviation of the sensor's noise in grey levels at mid-grey.
        blur_px: standard deviation of the lens's blur in pixels.
    """

    paper: float = 0.70
    ink: float = 0.12
    table: float = 0.30
    uneven: float = 0.15
    dead: bool = False
    grain: float = 0.01
    glare: float = 0.0
    noise: float = 2.0
    blur_px: float = 0.7


CONDITIONS: dict[str, Light] = {
    "even": Light(),
    "worn": Light(paper=0.64, ink=0.17, grain=0.05, noise=2.5),
    "dim": Light(paper=0.34, ink=0.10, table=0.14, noise=5.0),
    "dead_zone": Light(uneven=0.35, dead=True, noise=3.0),
    "lamp": Light(paper=0.62, uneven=0.25, glare=0.22, noise=3.0, blur_px=0.9),
}


def lit(scene: NDArray[np.float32], light: Light, rng: np.random.Generator) -> Gray:
    """Return (H, W) uint8: a scene of brightness 0 to 1 under a light, seen by a noisy sensor."""
    height, width = scene.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    right, down = x / width - 0.5, y / height - 0.5
    field = 1 - light.uneven * 2 * (right**2 + down**2)
    if light.dead:
        field *= 1 - 0.45 * np.exp(-((right + 0.35) ** 2 + (down - 0.3) ** 2) / 0.03)
    seen = scene * field
    if light.grain:
        # Of the paper, so it lies still: the same in every frame.
        fibres = np.random.default_rng(7).normal(0, 1, scene.shape).astype(np.float32)
        seen *= 1 + light.grain * cv2.GaussianBlur(fibres, (0, 0), 1.5) * 5
    if light.glare:
        seen += light.glare * np.exp(-((right - 0.2) ** 2 + (down + 0.15) ** 2) / 0.02)
    grey = _WHITE * seen
    # Shot noise grows with the root of the light, above the sensor's own.
    deviation = light.noise * np.sqrt(0.4 + 0.6 * np.clip(grey, 0, None) / 128)
    noisy = grey + deviation * rng.standard_normal(scene.shape, np.float32)
    return np.asarray(np.clip(np.rint(noisy), 0, 255), np.uint8)
