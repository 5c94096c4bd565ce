"""Do the directions that settings name exist in a bundle? Asked before they are saved or used."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from exhibit.contract.bundle import BUNDLES_DIR, DIRECTIONS_META, find_bundle
from exhibit.contract.errors import BundleError, ConfigError
from exhibit.contract.settings.schema import Config, DirectionConfig


def refuse_missing_directions(config: Config, bundles_dir: Path = BUNDLES_DIR) -> None:
    """Refuse directions that the bundle they are meant for does not have.

    Raises:
        ConfigError: names the first one. Of a bundle that is not there nothing is said.
    """
    try:
        bundle = find_bundle(config.model.bundle, bundles_dir)
    except BundleError:
        return
    misfits = direction_misfits(config.editing.directions, bundle)
    if misfits:
        raise ConfigError(misfits[0])


def direction_misfits(directions: Iterable[DirectionConfig], bundle: Path) -> list[str]:
    """Return what of some directions a bundle does not have, in one line each.

    Args:
        directions: as in `editing.directions`.
        bundle: its folder. Of one that cannot be read nothing is said: whoever opens it will.
    """
    try:
        known = json.loads((bundle / DIRECTIONS_META).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    names = list(known) if isinstance(known, dict) else []
    has = f"it has {', '.join(names) or 'none'}"
    complaints, seen = [], set()
    for direction in directions:
        key = (direction.name, tuple(sorted(set(direction.layers))))
        if direction.name not in names:
            complaints.append(f"bundle '{bundle.name}' has no direction '{direction.name}'; {has}")
        elif key in seen:
            complaints.append(f"'{direction.name}' is listed twice; expected once")
        seen.add(key)
    return [f"editing.directions: {complaint}" for complaint in complaints]
