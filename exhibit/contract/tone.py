"""How grey becomes light: contrast, brightness, inversion, tint; and is anything seen?"""

from __future__ import annotations

from collections.abc import Iterable

from exhibit.contract.settings.schema import StageConfig

_LUMINANCE = (0.2126, 0.7152, 0.0722)
_DIMMEST, _FLATTEST = 0.25, 0.15


def light_of(greys: Iterable[float], config: StageConfig) -> list[tuple[float, float, float]]:
    """Return the light of greys, red, green and blue, all from 0 to 1.

    Args:
        greys: from 0 (ink) to 1 (paper).
        config: contrast, brightness, saturation, tint and invert.
    """
    tint = [int(config.tint[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (1 - config.saturation * (1 - share) for share in tint)
    lifted = 0.5 + config.brightness
    found = (min(max((grey - 0.5) * config.contrast + lifted, 0.0), 1.0) for grey in greys)
    lights = ((1 - light if config.invert else light) for light in found)
    return [(light * red, light * green, light * blue) for light in lights]


def hides_drawings(config: StageConfig) -> bool:
    """Return whether a visitor would see a dark stage, or no line on it.

    What ink and paper become decides: each setting alone may be harmless.

    Source: luminance as in ITU-R BT.709, of the values that are sent to the projector.
    """
    ink, paper = (
        sum(share * weight for share, weight in zip(light, _LUMINANCE, strict=True))
        for light in light_of((0.0, 1.0), config)
    )
    return max(ink, paper) < _DIMMEST or abs(paper - ink) < _FLATTEST
