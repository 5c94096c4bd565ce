"""Switching to a scene: by a person, by the schedule, by another program."""

from __future__ import annotations

from datetime import datetime

from exhibit.contract.errors import ExhibitError
from exhibit.contract.settings.layers import flat
from exhibit.operator.desk import Desk
from exhibit.operator.state.risk import is_guarded, is_live
from exhibit.operator.state.scenes import Scene, latest

BY_SCHEDULE = "schedule"


def switch_scene(desk: Desk, name: str, by: str) -> Scene:
    """Begin a scene, fading from what is shown.

    Args:
        desk: what the routes share.
        name: of the scene.
        by: who asked.

    Raises:
        InputError: there is no such scene, or its bundle cannot be opened now.
        BundleError: its bundle is not there.
        ConfigError: a setting of it is not allowed.
        OSError: it cannot be saved.
    """
    book = desk.scenes.book
    scene = book.find(name)
    desk.fade.begin(scene.settings, scene.fade_s, by, f"scene {name}")
    desk.scenes.write(book.model_copy(update={"active": name}))
    desk.events.add("scene", text=name, by=by)
    if scene.bundle not in (None, desk.bundles.in_use):
        desk.bundles.begin(str(scene.bundle), by)
    return scene


def follow_schedule(desk: Desk, now: datetime) -> None:
    """Switch to the scene that the schedule names for `now` (local time), once for each moment.

    Where the clock goes back, the scene in use stays until the next moment that has not begun.
    """
    book = desk.scenes.book
    before = book.begun_at()
    found = latest(book.schedule, now, before)
    if found is None or desk.settings.safe_mode:
        return
    moment, entry = found
    after = book.with_begun(moment, entry)
    if after.begun == book.begun:
        return
    try:
        # Written first: what cannot be shown is not tried again every second.
        desk.scenes.write(after)
        if before is None or before <= moment:
            switch_scene(desk, entry.scene, BY_SCHEDULE)
    except (ExhibitError, OSError) as error:
        desk.events.add("fault", text=f"scene '{entry.scene}' of {entry.at}: {error}")


def why_not_in_a_scene(scene: Scene) -> str | None:
    """Return which setting a scene may not set and why not, or None where it may set all of its."""
    for key, _ in flat(scene.settings):
        if is_guarded(key):
            return f"{key}: no scene may set it, for it could lose the picture or the page"
        if not is_live(key):
            return f"{key}: no scene may set it, for it does not change while the table runs"
    return None
