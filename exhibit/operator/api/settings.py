"""Settings: what they are, what holds, and changing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.schema import Config
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Person, Routes, desk_of
from exhibit.operator.desk import Desk, arrival
from exhibit.operator.state.in_force import Change
from exhibit.operator.state.needs_admin import change_needs_admin, reset_needs_admin
from exhibit.operator.state.safe_mode import SafeModeError
from exhibit.operator.state.settings import OnTrialError

router = APIRouter(tags=["settings"])
routes = Routes(router)
Layer = dict[str, Any]


class Changed(BaseModel):
    """What a change did.

    `changed`: effective values by dotted key. `restarts`: processes that start again for it
    (`table` means at the next start of the whole table). `on_trial`: keys that go back by
    themselves unless confirmed within `confirm_within_s`. `shadowed`: keys that the command line
    holds. `generation`: of the settings in force now; they are at work once `waiting_for` of the
    state is empty and its `generation` is not lower.
    """

    changed: dict[str, Any]
    restarts: list[str]
    on_trial: list[str]
    shadowed: list[str]
    confirm_within_s: float | None
    generation: int


class Keys(BaseModel):
    """Dotted keys or sections, such as `ink.threshold` or `stage`."""

    model_config = ConfigDict(extra="forbid")

    keys: list[str] = Field(min_length=1, max_length=200)


@routes.get("/settings/schema", Role.VIEWER)
async def schema() -> Layer:
    """Return the JSON schema of all settings: bounds, units, descriptions, and which are live."""
    return Config.model_json_schema()


@routes.get("/settings", Role.VIEWER)
async def settings(request: Request) -> Layer:
    """Return every setting in force, with the layer that it comes from."""
    desk = desk_of(request)
    effective = desk.settings.effective.model_dump(mode="json")
    return {
        "effective": effective,
        "sources": desk.settings.layers.sources(),
        "overrides": desk.settings.saved,
        "preview": desk.settings.layers.preview,
        "on_trial": list(desk.settings.trial.keys) if desk.settings.trial else [],
        "confirm_within_s": desk.settings.trial_left_s,
        **arrival(desk),
    }


@routes.patch("/settings", Role.OPERATOR, responses={409: {}, 422: {}, 507: {}})
async def change(patch: Layer, request: Request) -> Changed:
    """Save settings on top of the ones before, such as `{"ink": {"threshold": 0.6}}`."""
    desk, person = desk_of(request), request.state.person
    refuse_beyond(person, change_needs_admin(desk.settings, patch))
    return attempt(request, "settings", lambda: desk.settings.change(patch, person.who))


@routes.post("/settings/preview", Role.OPERATOR, responses={409: {}, 422: {}})
async def preview(patch: Layer, request: Request) -> Changed:
    """Try live settings without saving them; nothing is written to disk."""
    desk = desk_of(request)
    try:
        return described(desk, desk.settings.preview(patch))
    except SafeModeError as error:
        raise HTTPException(409, str(error)) from None
    except ConfigError as error:
        raise HTTPException(422, str(error)) from None


@routes.delete("/settings/preview", Role.OPERATOR)
async def drop_preview(request: Request) -> Changed:
    """Go back from what is tried to what is saved."""
    desk = desk_of(request)
    return described(desk, desk.settings.drop_preview())


@routes.post("/settings/reset", Role.OPERATOR, responses={409: {}, 422: {}, 507: {}})
async def reset(given: Keys, request: Request) -> Changed:
    """Go back to the values of config.yaml for these keys or sections."""
    desk, person = desk_of(request), request.state.person
    unknown = _unknown(desk, given.keys)
    if unknown:
        raise HTTPException(422, f"unknown key '{unknown[0]}'; see /settings/schema")
    refuse_beyond(person, reset_needs_admin(desk.settings, given.keys))
    return attempt(request, "reset", lambda: desk.settings.reset(given.keys, person.who))


@routes.post("/settings/confirm", Role.ADMIN, responses={507: {}})
async def confirm(request: Request) -> Changed:
    """Keep the change that is on trial; whoever may keep it may also undo it later."""
    desk, person = desk_of(request), request.state.person
    return attempt(request, "confirm", lambda: desk.settings.confirm(person.who))


@routes.post("/settings/revert", Role.OPERATOR)
async def revert(request: Request) -> Changed:
    """Take back the change that is on trial."""
    return attempt(request, "revert", desk_of(request).settings.revert)


def refuse_beyond(person: Person, needs_admin: bool) -> None:
    """Refuse somebody below admin what could lose the page or the picture."""
    if needs_admin and person.role < Role.ADMIN:
        raise HTTPException(403, "this needs the role 'admin': it could lose page or picture")


def _unknown(desk: Desk, keys: list[str]) -> list[str]:
    """Return those of some dotted keys or sections that are no settings."""
    known = desk.settings.values()
    return [
        key for key in keys if key not in known and not any(k.startswith(f"{key}.") for k in known)
    ]


def attempt(request: Request, what: str, act: Callable[[], Change]) -> Changed:
    """Make a change, record it, and say what it did or why not."""
    desk, person = desk_of(request), request.state.person
    try:
        change = act()
    except (OnTrialError, SafeModeError) as error:
        raise HTTPException(409, str(error)) from None
    except ConfigError as error:
        raise HTTPException(422, str(error)) from None
    except OSError as error:
        detail = f"it cannot be saved in the state folder: {error.strerror or error}"
        raise HTTPException(507, detail) from None
    if change.changed or change.on_trial:
        desk.audit.add(what, by=person.who, changed=change.changed, on_trial=change.on_trial)
    return described(desk, change)


def described(desk: Desk, change: Change) -> Changed:
    """Return a change as the API tells it."""
    left_s = desk.settings.trial_left_s
    return Changed.model_validate({**asdict(change), "confirm_within_s": left_s})
