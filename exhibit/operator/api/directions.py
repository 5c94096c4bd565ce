"""Semantic directions: what the bundle in use has, and how far each is moved."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.parts import part_names
from exhibit.contract.plain_files import plain_bytes
from exhibit.contract.settings.layers import Layer
from exhibit.contract.settings.schema import ModulationConfig
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.api.settings import Changed, attempt, described
from exhibit.operator.bundles import directions_of
from exhibit.operator.desk import Desk

router = APIRouter(tags=["directions"])
routes = Routes(router)


class Moved(BaseModel):
    """How far a direction is moved: `strength` in units of w, 0 for unchanged."""

    model_config = ConfigDict(extra="forbid")

    strength: float = Field(ge=-1000, le=1000, allow_inf_nan=False)
    layers: list[int] | None = Field(None, max_length=18)
    part: str | None = Field(None, max_length=100)
    """Where an appearance is added: `ink`, `around`, `everywhere`, or a part of the bundle."""
    modulation: ModulationConfig | None = None


class Strength(BaseModel):
    """A strength in units of w."""

    model_config = ConfigDict(extra="forbid")

    strength: float = Field(ge=-1000, le=1000, allow_inf_nan=False)


@routes.get("/directions", Role.VIEWER)
async def directions(request: Request) -> list[dict[str, Any]]:
    """Return every direction of the bundle: safe range, strength set, and strength now.

    One of the feature map has a `part` that it is added at, and `parts` that it may be.

    Where the bundle brings no strips, they are drawn from now on; `strip` says which are there.
    """
    desk = desk_of(request)
    path = desk.bundles.current()
    known = directions_of(path) if path else {}
    parts = part_names(path) if path else ()
    now = desk.table.look()["engine"].get("strengths", {})
    used = {direction["name"]: direction for direction in in_use(desk)}
    strips = {name: path is not None and desk.strips.find(path, name) is not None for name in known}
    if path is not None and not all(strips.values()):
        desk.strips.draw(path)
    return [
        {
            "name": name,
            "method": entry.get("method"),
            "safe_range": entry.get("safe_range"),
            "sigma": entry.get("sigma"),
            "layers": entry.get("layers"),
            "part": entry.get("part"),
            "parts": list(parts) if entry.get("space") == "map" else [],
            "set": used.get(name),
            "now": now.get(name, 0.0),
            "strip": strips[name],
            "concept": path is not None and desk.strips.find(path, name, "concept") is not None,
        }
        for name, entry in known.items()
    ]


@routes.get("/directions/{name}/strip", Role.VIEWER, response_class=Response, responses={404: {}})
async def strip(name: str, request: Request) -> Response:
    """Return the picture that shows what a direction does: its safe range from end to end."""
    return _picture(request, name, "strip")


@routes.get("/directions/{name}/concept", Role.VIEWER, response_class=Response, responses={404: {}})
async def concept(name: str, request: Request) -> Response:
    """Return the picture that shows where an appearance lies in some answers of the bundle."""
    return _picture(request, name, "concept")


def _picture(request: Request, name: str, kind: Literal["strip", "concept"]) -> Response:
    desk = desk_of(request)
    path = desk.bundles.current()
    # Only names that the bundle itself lists become part of a file's name.
    listed = path is not None and name in directions_of(path)
    found = desk.strips.find(path, name, kind) if path is not None and listed else None
    if found is None:
        raise HTTPException(404, f"there is no {kind} of '{name}' yet")
    return Response(plain_bytes(found[0]), media_type=found[1])


@routes.put("/directions/{name}", Role.OPERATOR, responses={404: {}, 409: {}, 422: {}, 507: {}})
async def move(name: str, given: Moved, request: Request) -> Changed:
    """Use a direction and save how far it is moved."""
    desk, who = _desk_with(request, name), request.state.person.who
    wanted = given.model_dump(mode="json", exclude_none=True)
    patch = _patch(desk, name, wanted)
    return attempt(request, "direction", lambda: desk.settings.change(patch, who, "directions"))


@routes.post("/directions/{name}/preview", Role.OPERATOR, responses={404: {}, 409: {}, 422: {}})
async def preview(name: str, given: Strength, request: Request) -> Changed:
    """Try a strength without saving it."""
    desk = _desk_with(request, name)
    return described(desk, desk.settings.preview(_patch(desk, name, given.model_dump())))


@routes.delete("/directions/{name}", Role.OPERATOR, responses={409: {}, 422: {}, 507: {}})
async def leave(name: str, request: Request) -> Changed:
    """Take a direction out of use."""
    desk, who = desk_of(request), request.state.person.who
    left = [direction for direction in in_use(desk) if direction["name"] != name]
    patch = {"editing": {"directions": left}}
    return attempt(request, "direction", lambda: desk.settings.change(patch, who, "directions"))


def in_use(desk: Desk) -> list[dict[str, Any]]:
    """Return the directions in use, as settings."""
    editing = desk.settings.effective.model_dump(mode="json")["editing"]
    return list(editing["directions"])


def _patch(desk: Desk, name: str, changes: dict[str, Any]) -> Layer:
    directions = in_use(desk)
    for direction in directions:
        if direction["name"] == name:
            direction.update(changes)
            break
    else:
        directions.append({"name": name, **changes})
    return {"editing": {"directions": directions}}


def _desk_with(request: Request, name: str) -> Desk:
    desk = desk_of(request)
    path = desk.bundles.current()
    known = directions_of(path) if path else {}
    if name not in known:
        raise HTTPException(404, f"the bundle has no direction '{name}'")
    return desk
