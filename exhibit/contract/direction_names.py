"""Does what settings name exist in a bundle? Asked before it is saved or used."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from exhibit.contract.bundle import BUNDLES_DIR, DIRECTIONS_META, find_bundle
from exhibit.contract.errors import BundleError, ConfigError
from exhibit.contract.parts import part_names
from exhibit.contract.plain_files import plain_text
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


def refuse_missing(keys: Iterable[str], after: Config, bundles_dir: Path = BUNDLES_DIR) -> None:
    """Refuse a change that names directions or bundles which are not there.

    Args:
        keys: dotted keys that the change gives other values.
        after: the settings that it leads to.
        bundles_dir: where bundles are installed.

    Raises:
        ConfigError: names the first one.
    """
    changed = tuple(keys)
    if "editing.directions" in changed:
        refuse_missing_directions(after, bundles_dir)
    if "tokens.cards" in changed:
        for problem in missing_for_tokens(after, bundles_dir):
            raise ConfigError(f"{problem.key}: {problem.message}")


def missing_directions(config: Config, bundles_dir: Path = BUNDLES_DIR) -> list[Problem]:
    """Return every direction that the bundle of the settings does not have, or that is there twice.

    Of a bundle that is not there or cannot be read nothing is said: whoever opens it will.
    """
    bundle, names = _bundle_and_directions(config, bundles_dir)
    if bundle is None:
        return []
    seen, found, parts = set(), [], part_names(bundle)
    for index, direction in enumerate(config.editing.directions):
        at = f"editing.directions.{index}.name"
        key = (direction.name, tuple(sorted(set(direction.layers))), direction.part)
        if direction.part and direction.part not in parts:
            text = f"bundle '{bundle.name}' has no part '{direction.part}'; it has "
            found.append(Problem(f"editing.directions.{index}.part", text + ", ".join(parts)))
        if direction.name not in names:
            has = ", ".join(names) or "none"
            text = f"bundle '{bundle.name}' has no direction '{direction.name}'; it has {has}"
            found.append(Problem(at, text))
        elif key in seen:
            found.append(Problem(at, f"'{direction.name}' is listed twice; expected once"))
        seen.add(key)
    return found


def missing_for_tokens(config: Config, bundles_dir: Path = BUNDLES_DIR) -> list[Problem]:
    """Return every token whose direction or bundle is not there.

    A direction is looked for in the bundle of the settings; of one that is not there or cannot be
    read nothing is said.
    """
    bundle, names = _bundle_and_directions(config, bundles_dir)
    found = []
    for index, card in enumerate(config.tokens.cards):
        text = ""
        if card.does == "direction" and bundle is not None and card.name not in names:
            has = ", ".join(names) or "none"
            text = f"bundle '{bundle.name}' has no direction '{card.name}'; it has {has}"
        elif card.does == "bundle":
            try:
                find_bundle(card.name, bundles_dir)
            except BundleError as error:
                text = str(error)
        if text:
            found.append(Problem(f"tokens.cards.{index}.name", f"token {card.id}: {text}"))
    return found


def _bundle_and_directions(config: Config, bundles_dir: Path) -> tuple[Path | None, list[str]]:
    """Return the bundle of the settings, None where it cannot be read, and its directions."""
    try:
        bundle = find_bundle(config.model.bundle, bundles_dir)
        known = json.loads(plain_text(bundle / DIRECTIONS_META))
    except (BundleError, OSError, ValueError):
        return None, []
    return bundle, list(known) if isinstance(known, dict) else []
