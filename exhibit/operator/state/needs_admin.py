"""Whether a change is for administrators alone, judged on the settings that it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.layers import Layer, flat, merged, without
from exhibit.operator.state.risk import is_guarded, is_live, risky_keys
from exhibit.operator.state.settings import Settings


def change_needs_admin(settings: Settings, patch: Mapping[str, Any]) -> bool:
    """Return whether a change is not live, or could lose page or picture."""
    keys = list(dict(flat(patch)))
    return _needs_admin(settings, keys, merged(settings.saved, patch), keys)


def reset_needs_admin(settings: Settings, keys: Iterable[str]) -> bool:
    """Return whether going back to the file's values is not live, or could lose the picture."""
    given = list(keys)
    wanted = without(settings.saved, given)
    kept = dict(flat(wanted))
    gone = [key for key, _ in flat(settings.saved) if key not in kept]
    return _needs_admin(settings, gone, wanted, given)


def _needs_admin(settings: Settings, keys: list[str], wanted: Layer, given: Iterable[str]) -> bool:
    if any(not is_live(key) or is_guarded(key) for key in keys):
        return True
    try:
        return bool(risky_keys(keys, settings.after(wanted, given)))
    except ConfigError:
        return False  # it is refused for that, whoever asks
