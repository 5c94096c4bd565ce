"""Calibrating the table while it runs: how the steps stand, and what a person says to the guide."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.calibrating import measured

router = APIRouter(tags=["calibration"])
routes = Routes(router)
_FARTHEST_PX = 500
Pixels = Annotated[int, Field(ge=-_FARTHEST_PX, le=_FARTHEST_PX)]


class Order(BaseModel):
    """What a person says: `begin` a step, `accept` what is seen, `skip` or go `back`, `move` the
    selected cross by pixels, `select` one of nine, `leave` the step, or `end` the guide."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["begin", "leave", "accept", "skip", "back", "move", "select", "end"]
    step: Literal["camera", "table", "light", "projector", "pens", "check"] = "camera"
    method: Literal["disc", "mesh", "automatic"] = "disc"
    dx: Pixels = 0
    dy: Pixels = 0
    number: Annotated[int, Field(ge=0, le=8)] = 0


@routes.get("/calibration", Role.VIEWER)
async def calibration(request: Request) -> dict[str, Any]:
    """Return when each step was measured, and what the guide says; null where it does not run."""
    desk = desk_of(request)
    steps = measured(desk.settings.effective.calibration)
    return {"steps": [asdict(step) for step in steps], "guide": desk.calibrating.guide}


@routes.post("/calibration/guide", Role.ADMIN, status_code=202)
async def start(request: Request) -> dict[str, Any]:
    """Start the guide; it is there when the steps' answer holds what it says."""
    desk = desk_of(request)
    desk.calibrating.begin()
    desk.audit.add("calibration", do="start", by=request.state.person.who)
    return {"guide": desk.calibrating.guide}


@routes.post("/calibration", Role.ADMIN, status_code=204, responses={503: {}})
async def order(given: Order, request: Request) -> None:
    """Say something to the guide."""
    desk = desk_of(request)
    if not desk.calibrating.order(given.model_dump()):
        raise HTTPException(503, "the guide is not there; start it, or try again in a moment")
    if given.do in ("begin", "accept", "end"):
        step = given.step if given.do == "begin" else ""
        desk.audit.add("calibration", do=given.do, step=step, by=request.state.person.who)
