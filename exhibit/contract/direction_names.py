"""Do the directions that settings name exist in a bundle? Asked before they are saved or used."""

from __future__ import annotations

import json
from pathlib import Path

from exhibit.contract.bundle import BUNDLES_DIR, DIRECTIONS_META, find_bundle
from exhibit.contract.errors import BundleError, ConfigError
from exhibit.contract.settings.schema import Config


def refuse_missing_directions(config: Config, bundles_dir: Path = BUNDLES_DIR) -> None:
    """Refuse directions that the bundle they are meant for does not have.

    Raises:
        ConfigError: names the first one. Of a bundle that is not there or cannot be read nothing is
            said: whoever opens it will.
    """
    try:
        bundle = find_bundle(config.model.bundle, bundles_dir)
        known = json.loads((bundle / DIRECTIONS_META).read_text(encoding="utf-8"))
    except (BundleError, OSError, ValueError):
        return
    names = list(known) if isinstance(known, dict) else []
    seen = set()
    for direction in config.editing.directions:
        key = (direction.name, tuple(sorted(set(direction.layers))))
        if direction.name not in names:
            raise ConfigError(
                f"editing.directions: bundle '{bundle.name}' has no direction "
                f"'{direction.name}'; it has {', '.join(names) or 'none'}"
            )
        if key in seen:
            raise ConfigError(
                f"editing.directions: '{direction.name}' is listed twice; expected once"
            )
        seen.add(key)
