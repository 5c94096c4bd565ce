"""Which changes could lose the page or the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exhibit.contract.settings.layers import flat
from exhibit.contract.settings.reach import live_keys

_GUARDED = (
    "operator.",
    "web.",
    "camera.",
    "model.bundle",
    "model.providers",
    "stage.display",
    "stage.width",
    "stage.height",
    "stage.fps",
    "stage.mirror",
    "stage.rotate",
    "supervisor.",
)
_DARKEST, _PALEST, _FLATTEST = -0.6, 0.6, 0.2


def is_risky(key: str, value: Any) -> bool:
    """Return whether setting `key` to `value` could lose the page or the picture."""
    # Asked before a value is checked, so it may be anything; what is no number is refused later.
    if isinstance(value, int | float) and key == "stage.brightness":
        return not _DARKEST <= value <= _PALEST
    if isinstance(value, int | float) and key == "stage.contrast":
        return bool(value < _FLATTEST)
    return key.startswith(_GUARDED)


def is_live(key: str) -> bool:
    """Return whether a setting changes while the table runs."""
    return key in live_keys()


def needs_admin(patch: Mapping[str, Any]) -> bool:
    """Return whether a change could lose page or picture, or is not live."""
    return any(not is_live(key) or is_risky(key, value) for key, value in flat(patch))
