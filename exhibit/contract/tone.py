"""How grey becomes light: contrast, brightness, inversion, tint; and is anything seen?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.settings.schema import StageConfig

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_DIMMEST, _FLATTEST = 0.25, 0.15


def light_of(grey: NDArray[np.float64], config: StageConfig) -> NDArray[np.float64]:
    """Return the light (n, 3) RGB of greys (n,), all from 0 to 1.

    Args:
        grey: from 0 (ink) to 1 (paper).
        config: contrast, brightness, saturation, tint and invert.
    """
    light = np.clip((grey - 0.5) * config.contrast + 0.5 + config.brightness, 0, 1)
    if config.invert:
        light = 1 - light
    tint = np.array([int(config.tint[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    paper = 1 - config.saturation * (1 - tint)
    return np.asarray(light[:, None] * paper)


def hides_drawings(config: StageConfig) -> bool:
    """Return whether a visitor would see a dark stage, or no line on it.

    What ink and paper become decides: each setting alone may be harmless.

    Source: luminance as in ITU-R BT.709, of the values that are sent to the projector.
    """
    ink, paper = light_of(np.array([0.0, 1.0]), config) @ _LUMINANCE
    return bool(max(ink, paper) < _DIMMEST or abs(paper - ink) < _FLATTEST)
