"""Which changes could lose the page or the picture."""

from __future__ import annotations

from collections.abc import Iterable

from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.reach import live_keys
from exhibit.contract.settings.schema import Config
from exhibit.contract.tone import hides_drawings

_GUARDED = (
    "operator.",
    "web.",
    "camera.",
    "model.bundle",
    "model.fallback",
    "model.providers",
    "stage.display",
    "stage.width",
    "stage.height",
    "stage.fps",
    "stage.mirror",
    "stage.rotate",
    "supervisor.",
)
_TONE = frozenset(
    f"stage.{name}" for name in ("contrast", "brightness", "saturation", "tint", "invert")
)


def risky_keys(changed: Iterable[str], after: Config) -> tuple[str, ...]:
    """Return those of the changed dotted keys that could lose the page or the picture.

    Args:
        changed: dotted keys.
        after: the settings that the change leads to. All of the tone is risky where they would
            hide the drawings, whichever key is the one too many.
    """
    hidden = hides_drawings(after.stage)
    return tuple(key for key in changed if is_guarded(key) or (hidden and key in _TONE))


def refuse_hidden(changed: Iterable[str], after: Config) -> None:
    """Refuse, without a trial, a change of the tone that would hide the drawings.

    Args:
        changed: dotted keys.
        after: the settings that the change leads to.

    Raises:
        ConfigError: it would.
    """
    hiding = [key for key in risky_keys(changed, after) if not is_guarded(key)]
    if hiding:
        raise ConfigError(
            f"{', '.join(hiding)}: together with the other settings of the stage they leave it "
            "dark or without a line; save it as admin to try that for a minute"
        )


def is_guarded(key: str) -> bool:
    """Return whether a setting could lose the page or the picture whatever its value is."""
    return key.startswith(_GUARDED)


def is_live(key: str) -> bool:
    """Return whether a setting changes while the table runs."""
    return key in live_keys()
