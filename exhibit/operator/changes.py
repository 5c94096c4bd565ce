"""What a backup would change of a table: said before anything is put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from exhibit.contract.settings.layers import Layer, merged, without
from exhibit.contract.settings.overrides import FILE_ONLY
from exhibit.contract.settings.schema import Config
from exhibit.operator.backup import BUNDLE
from exhibit.operator.restoring import Backup
from exhibit.operator.state.scenes import SceneBook
from exhibit.operator.state.versions import differences


def changes_of(backup: Backup, now: Config, scenes: SceneBook) -> dict[str, Any]:
    """Return what would be another way than it is.

    Args:
        backup: that was looked at.
        now: all settings in force.
        scenes: scenes and schedule as they are.

    Returns:
        `settings`: key, before and after of each; `scenes`: new, changed or gone, by name;
        `schedule`: whether that changes; `bundle`: whether one is in the backup.
    """
    wanted = merged(backup.config.model_dump(mode="json"), backup.overrides)
    after = Config.model_validate(wanted).model_dump(mode="json")
    return {
        "settings": differences(_told(now.model_dump(mode="json")), _told(after)),
        "scenes": dict(_scenes_changed(scenes, backup.scenes)),
        "schedule": scenes.schedule != backup.scenes.schedule,
        "bundle": f"{BUNDLE}/card.yaml" in backup.files,
    }


def lines_of(changes: Mapping[str, Any]) -> Iterator[str]:
    """Yield what `changes_of` found in words, one line each."""
    for change in changes["settings"]:
        yield f"{change['key']}: {change['before']} -> {change['after']}"
    for name, what in changes["scenes"].items():
        yield f"scene '{name}': {what}"
    if changes["schedule"]:
        yield "the schedule of scenes: another"


def _told(layer: Layer) -> Layer:
    """Leave out what belongs to the machine."""
    return without(layer, FILE_ONLY)


def _scenes_changed(before: SceneBook, after: SceneBook) -> Iterator[tuple[str, str]]:
    old = {scene.name: scene for scene in before.scenes}
    new = {scene.name: scene for scene in after.scenes}
    for name in dict.fromkeys((*new, *old)):
        if name not in old:
            yield name, "new"
        elif name not in new:
            yield name, "gone"
        elif old[name] != new[name]:
            yield name, "changed"
