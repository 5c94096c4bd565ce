"""The configuration as text: the file, the overrides on top of it, and their history."""

from __future__ import annotations

import functools
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.expectation import Setting, settings_of
from exhibit.contract.settings.file import Problem
from exhibit.contract.settings.layers import without
from exhibit.contract.settings.overrides import overrides_text, parse_overrides
from exhibit.contract.settings.schema import Config
from exhibit.operator.access.guard import MOST_BYTES
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.api.settings import Changed, attempt
from exhibit.operator.desk import Desk
from exhibit.operator.state.risk import is_live
from exhibit.operator.state.versions import Version, differences

router = APIRouter(tags=["config"])
routes = Routes(router)


class Text(BaseModel):
    """Overrides as YAML."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MOST_BYTES)


class Replacement(Text):
    """Overrides as YAML, and how they were when whoever changes them read them.

    Where they are otherwise by now, nothing is replaced. Without `before` the last one wins.
    """

    before: str | None = Field(None, max_length=MOST_BYTES)


class Mistake(BaseModel):
    """One thing wrong with a text: `line` counts from 1; `key` is dotted, empty for the whole."""

    line: int | None
    key: str
    message: str


class Checked(BaseModel):
    """What a text would change, or what is wrong with it."""

    problems: list[Mistake]
    differences: list[dict[str, Any]]


@routes.get("/config", Role.VIEWER)
async def configuration(request: Request) -> dict[str, Any]:
    """Return the file as it stands, the overrides as YAML, and every key's value and source."""
    desk = desk_of(request)
    effective = desk.settings.values()
    sources = desk.settings.layers.sources()
    return {
        "file": _file_text(desk),
        "file_name": desk.base_file.name if desk.base_file else None,
        "overrides": overrides_text(desk.settings.saved),
        "safe_mode": desk.settings.safe_mode,
        "keys": [
            {
                "key": setting.key,
                "value": effective.get(setting.key),
                "source": sources.get(setting.key, "config.yaml"),
                "default": setting.default,
                "expected": setting.expected,
                "description": setting.description,
                "live": is_live(setting.key),
            }
            for setting in _all_settings()
        ],
    }


@routes.post("/config/check", Role.OPERATOR)
async def check(given: Text, request: Request) -> Checked:
    """Say what is wrong with a text of overrides, line by line, and what it would change."""
    layer, problems = parse_overrides(given.text)
    if layer is None:
        return Checked(problems=_mistakes(problems), differences=[])
    return Checked(problems=[], differences=differences(desk_of(request).settings.saved, layer))


@routes.put("/config/overrides", Role.ADMIN, responses={409: {}, 422: {}, 507: {}})
async def replace(given: Replacement, request: Request) -> Changed:
    """Replace all overrides by a YAML text; a mistake is refused with its line."""
    layer, problems = parse_overrides(given.text)
    if layer is None:
        detail = [mistake.model_dump() for mistake in _mistakes(problems)]
        raise HTTPException(422, detail)
    desk, who = desk_of(request), request.state.person.who
    _refuse_what_others_changed(desk, given.before)
    return attempt(request, "overrides", lambda: desk.settings.replace(layer, who, "edited text"))


@routes.get("/config/history", Role.VIEWER)
async def history(request: Request) -> list[dict[str, Any]]:
    """Return the kept versions, newest first, each with what it changed and how it differs now."""
    settings = desk_of(request).settings
    versions = settings.versions.all()
    before: list[Version | None] = [*versions[1:], None]
    return [
        {
            **version.model_dump(),
            "changed": differences(older.overrides if older else {}, version.overrides),
            "from_now": differences(settings.saved, version.overrides),
        }
        for version, older in zip(versions, before, strict=False)
    ]


@routes.post("/config/history/{number}/restore", Role.ADMIN, responses={404: {}, 409: {}, 507: {}})
async def restore(number: int, request: Request) -> Changed:
    """Go back to a version."""
    desk, who = desk_of(request), request.state.person.who
    version = desk.settings.versions.find(number)
    if version is None:
        raise HTTPException(404, f"there is no version {number}")
    note = f"back to version {number}"
    return attempt(request, "version", lambda: desk.settings.replace(version.overrides, who, note))


def _refuse_what_others_changed(desk: Desk, before: str | None) -> None:
    """Refuse a text that would take back what somebody else saved while it was written."""
    if before is None:
        return
    read, problems = parse_overrides(before)
    if read is None:
        raise HTTPException(422, f"before: {problems[0].message}")
    # What is on trial is in the text of whoever tries it, and not saved yet.
    trial = desk.settings.trial
    now, then = (
        without(layer, trial.keys if trial else ()) for layer in (desk.settings.saved, read)
    )
    keys = [str(found["key"]) for found in differences(then, now)]
    if keys:
        raise HTTPException(
            409,
            f"{', '.join(keys)}: saved by somebody else since this text was read; nothing is "
            "replaced. Load the page again and make your change there",
        )


@functools.cache
def _all_settings() -> tuple[Setting, ...]:
    return tuple(settings_of(Config))


def _file_text(desk: Desk) -> str:
    if desk.base_file is None:
        return ""
    try:
        return plain_text(desk.base_file, errors="replace")[:MOST_BYTES]
    except OSError as error:
        return f"# cannot be read: {error.strerror}\n"


def _mistakes(problems: list[Problem]) -> list[Mistake]:
    return [Mistake(line=p.line, key=p.key, message=p.message) for p in problems]
