"""Restarting processes, and safe mode."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict

from exhibit.operator.access.roles import Role
from exhibit.operator.apart import leave
from exhibit.operator.api.live import Switch
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.api.settings import Changed, attempt

router = APIRouter(tags=["processes"])
routes = Routes(router)
_AT_MOST_EVERY_S = 5.0
_ANSWERED_WITHIN_S = 0.3
_ALL = ("engine", "stage", "web")


class Restart(BaseModel):
    """What to start again; `all` is everything but the page itself."""

    model_config = ConfigDict(extra="forbid")

    name: Literal["engine", "stage", "web", "operator", "all"]


@routes.post("/restart", Role.OPERATOR, status_code=202, responses={429: {}, 503: {}})
async def restart(given: Restart, request: Request) -> dict[str, list[str]]:
    """End a process and start it again; the attract loop goes on while the engine does."""
    desk, now = desk_of(request), time.monotonic()
    if now - desk.restarted_at < _AT_MOST_EVERY_S:
        raise HTTPException(429, "it was restarted a moment ago; wait a little")
    if given.name == "operator" and desk.is_apart:
        # Once this has been answered.
        asyncio.get_running_loop().call_later(_ANSWERED_WITHIN_S, leave)
        desk.audit.add("restart", names=["operator"], by=request.state.person.who)
        return {"restarted": ["operator"]}
    running = desk.table.look()["processes"]
    wanted = _ALL if given.name == "all" else (given.name,)
    names = [name for name in wanted if name in running]
    asked = [desk.orders.restart(name) for name in names]
    if not asked or not all(asked):
        raise HTTPException(503, f"{given.name} cannot be restarted now; try again in a moment")
    desk.restarted_at = now
    desk.audit.add("restart", names=names, by=request.state.person.who)
    return {"restarted": names}


@routes.post("/safe-mode", Role.OPERATOR, responses={507: {}})
async def safe_mode(given: Switch, request: Request) -> Changed:
    """Leave all overrides out, so that config.yaml alone holds; or let them hold again."""
    desk = desk_of(request)
    wanted: Literal["on", "off"] = "on" if given.on else "off"
    desk.events.add("safe mode", text=wanted)
    return attempt(request, "safe mode", lambda: desk.settings.set_safe_mode(wanted))
