"""Scenes: named presets, switched by hand or by the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.direction_names import refuse_missing_directions
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.layers import Layer, merged, nested
from exhibit.contract.settings.reach import live_keys
from exhibit.contract.tone import hides_drawings
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.desk import Desk
from exhibit.operator.state.risk import is_guarded
from exhibit.operator.state.scenes import Day, Entry, Scene, SceneBook, SceneName, upcoming
from exhibit.operator.switching import switch_scene, why_not_in_a_scene

router = APIRouter(tags=["scenes"])
routes = Routes(router)
_OF_THE_PLACE = (
    "sound.device",
    "sound.listen_device",
    "sound.hours",
    "sound.listen",
    "tokens.",
    "takehome.",
)
"""Live settings that a scene leaves alone: they are the room's, or a person's to turn on."""


class SceneContent(BaseModel):
    """What a scene is made of; without `settings` it keeps how the table is now: every live setting
    but how the stage hangs, sound devices, opening hours, printed tokens and listening."""

    model_config = ConfigDict(extra="forbid")

    settings: Layer | None = None
    bundle: str | None = Field(None, max_length=200)
    fade_s: float = Field(2.0, ge=0, le=60)


class Schedule(BaseModel):
    """When which scene begins."""

    model_config = ConfigDict(extra="forbid")

    entries: tuple[Entry, ...] = Field(max_length=50)
    before: tuple[Entry, ...] | None = Field(None, max_length=50)
    """The schedule as it was read; where it is another by now, it is not replaced."""


@routes.get("/scenes", Role.VIEWER)
async def scenes(request: Request) -> dict[str, Any]:
    """Return scenes and schedule, the scene switched to last, and which one comes next."""
    desk = desk_of(request)
    book = desk.scenes.book
    coming = upcoming(book.schedule, datetime.now(), book.begun_at())
    return {
        **book.model_dump(mode="json", exclude={"begun"}),
        "fading": desk.fade.active,
        "next": coming
        and {
            "at": coming[0].isoformat(),
            # Of that day: the clock may change before it.
            "zone": coming[0].astimezone().tzname(),
            "scene": coming[1].scene,
        },
    }


@routes.put("/scenes/{name}", Role.OPERATOR, responses={422: {}, 507: {}})
async def keep(name: SceneName, given: SceneContent, request: Request) -> Scene:
    """Keep a scene under a name, in place of one that has it."""
    desk = desk_of(request)
    kept = _as_now(desk) if given.settings is None else given.settings
    scene = Scene(name=name, settings=kept, bundle=given.bundle, fade_s=given.fade_s)
    refused = why_not_in_a_scene(scene)
    if refused is not None:
        raise HTTPException(422, refused)
    installed = [known["bundle"] for known in desk.bundles.installed()]
    if given.bundle is not None and given.bundle not in installed:
        raise HTTPException(422, f"bundle '{given.bundle}' is not installed")
    _refuse_useless(desk, scene)
    _write(request, desk.scenes.book.with_scene(scene), "scene kept", scene=name)
    return scene


@routes.delete("/scenes/{name}", Role.OPERATOR, status_code=204, responses={422: {}, 507: {}})
async def take_away(name: SceneName, request: Request) -> None:
    """Take a scene away; the table goes on as it is."""
    _write(request, desk_of(request).scenes.book.without_scene(name), "scene removed", scene=name)


@routes.post("/scenes/{name}/switch", Role.OPERATOR, responses={409: {}, 422: {}, 507: {}})
async def switch(name: SceneName, request: Request) -> Scene:
    """Fade to a scene."""
    desk, who = desk_of(request), request.state.person.who
    if desk.settings.safe_mode:
        raise HTTPException(409, "safe mode is on; turn it off first")
    scene = switch_scene(desk, name, who)
    desk.audit.add("scene", by=who, scene=name)
    return scene


@routes.put("/schedule", Role.OPERATOR, responses={409: {}, 422: {}, 507: {}})
async def schedule(given: Schedule, request: Request) -> SceneBook:
    """Replace the schedule; without `before` the last one wins."""
    now = desk_of(request).scenes.book
    read = now.schedule if given.before is None else given.before
    if others := _moments_of(now.schedule) ^ _moments_of(read):
        told = ", ".join(sorted(f"{at} {scene}" for at, scene, _ in others))
        raise HTTPException(
            409,
            f"the schedule: somebody else has changed it since it was read ({told}); nothing is "
            "replaced. Load the page again and make your change there",
        )
    book = now.with_schedule(given.entries)
    _write(request, book, "schedule")
    return book


def _refuse_useless(desk: Desk, scene: Scene) -> None:
    """Refuse a scene that is not allowed, that nobody would see, or that its bundle cannot show."""
    file, what = desk.settings.layers.file, f"scene '{scene.name}'"
    bundle = {"model": {"bundle": scene.bundle or desk.bundles.in_use}}
    wanted = merged(merged(desk.settings.saved, scene.settings), bundle)
    config = apply_overrides(file, wanted, what)
    if hides_drawings(config.stage):
        raise HTTPException(422, f"{what}: the stage would be dark or without a line")
    refuse_missing_directions(config, desk.settings.bundles_dir)


def _moments_of(schedule: tuple[Entry, ...]) -> set[tuple[str, str, frozenset[Day]]]:
    """Return what a schedule does, in whatever order it is written."""
    return {(entry.at, entry.scene, frozenset(entry.days)) for entry in schedule}


def _as_now(desk: Desk) -> Layer:
    """Return every live setting as it is now, but what is the place's own."""
    values = desk.settings.values()
    return nested(
        {
            key: values[key]
            for key in sorted(live_keys())
            if not is_guarded(key) and not key.startswith(_OF_THE_PLACE)
        }
    )


def _write(request: Request, book: SceneBook, what: str, **details: str) -> None:
    desk = desk_of(request)
    try:
        desk.scenes.write(book)
    except OSError as error:
        detail = f"it cannot be saved in the state folder: {error.strerror or error}"
        raise HTTPException(507, detail) from None
    desk.audit.add(what, by=request.state.person.who, **details)
