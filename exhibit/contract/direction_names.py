"""Do the directions that settings name exist in a bundle? Asked before they are saved or used."""

from __future__ import annotations

import json
from pathlib import Path

from exhibit.contract.bundle import BUNDLES_DIR, DIRECTIONS_META, find_bundle
from exhibit.contract.errors import BundleError, ConfigError
from exhibit.contract.settings.file import Problem
from exhibit.contract.settings.schema import Config


def refuse_missing_directions(config: Config, bundles_dir: Path = BUNDLES_DIR) -> None:
    """Refuse directions that the bundle they are meant for does not have.

    Raises:
        ConfigError: names the first one. Of a bundle that is not there or cannot be read nothing is
            said: whoever opens it will.
    """
    for problem in missing_directions(config, bundles_dir):
        raise ConfigError(f"editing.directions: {problem.message}")


def missing_directions(config: Config, bundles_dir: Path = BUNDLES_DIR) -> list[Problem]:
    """Return every direction that the bundle of the settings does not have, or that is there twice.

    Of a bundle that is not there or cannot be read nothing is said: whoever opens it will.
    """
    try:
        bundle = find_bundle(config.model.bundle, bundles_dir)
        known = json.loads((bundle / DIRECTIONS_META).read_text(encoding="utf-8"))
    except (BundleError, OSError, ValueError):
        return []
    names = list(known) if isinstance(known, dict) else []
    seen, found = set(), []
    for index, direction in enumerate(config.editing.directions):
        at = f"editing.directions.{index}.name"
        key = (direction.name, tuple(sorted(set(direction.layers))))
        if direction.name not in names:
            has = ", ".join(names) or "none"
            text = f"bundle '{bundle.name}' has no direction '{direction.name}'; it has {has}"
            found.append(Problem(at, text))
        elif key in seen:
            found.append(Problem(at, f"'{direction.name}' is listed twice; expected once"))
        seen.add(key)
    return found
