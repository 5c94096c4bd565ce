"""Calibrating the table while it runs: how the steps stand, and what a person says to the guide."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.errors import InputError
from exhibit.contract.printed import RULER_MM
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.calibrating import measured, written

router = APIRouter(tags=["calibration"])
routes = Routes(router)
_FARTHEST_PX = 500
Kind = Literal["pdf", "html"]
Paper = Literal["a3", "a4", "letter", "tabloid"]
_MEDIA = {".pdf": "application/pdf", ".html": "text/html"}
Pixels = Annotated[int, Field(ge=-_FARTHEST_PX, le=_FARTHEST_PX)]


class Order(BaseModel):
    """What a person says: `begin` a step, `accept` what is seen, `skip` or go `back`, `move` the
    selected cross by pixels, `select` one of nine, `leave` the step, or `end` the guide.

    The step `table` takes what the board's ruler measures, and whether the border marks were stuck
    on anew."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["begin", "leave", "accept", "skip", "back", "move", "select", "end"]
    step: Literal["camera", "table", "light", "dark", "projector", "pens", "check"] = "camera"
    method: Literal["disc", "mesh", "automatic"] = "disc"
    dx: Pixels = 0
    dy: Pixels = 0
    number: Annotated[int, Field(ge=0, le=8)] = 0
    ruler_mm: Annotated[float, Field(ge=10, le=1000)] = RULER_MM
    new_marks: bool = False


@routes.get("/calibration", Role.VIEWER)
async def calibration(request: Request) -> dict[str, Any]:
    """Return when each step was measured, and what the guide says; null where it does not run."""
    desk = desk_of(request)
    steps = measured(desk.settings.effective.calibration)
    return {"steps": [asdict(step) for step in steps], "guide": desk.calibrating.guide}


@routes.get("/calibration/sheets.pdf", Role.VIEWER, response_class=Response, responses={422: {}})
async def sheets(paper: Paper = "a3") -> Response:
    """Return everything to print, at true size: board, marks, cards and discs."""
    return await _file(["print", "--paper", paper], ".pdf", f"tracing-table-sheets-{paper}")


@routes.get("/calibration/report.{kind}", Role.VIEWER, response_class=Response, responses={422: {}})
async def report(request: Request, kind: Kind) -> Response:
    """Return what was measured, beside what was before: errors, coverage, zones of light, pens."""
    config = desk_of(request).base_file
    named = [] if config is None else ["--config", str(config)]
    return await _file(["report", *named], f".{kind}", "tracing-table-calibration")


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


async def _file(command: list[str], suffix: str, name: str) -> Response:
    try:
        body = await asyncio.to_thread(written, command, suffix)
    except InputError as error:
        raise HTTPException(422, str(error)) from None
    headers = {"Content-Disposition": f'attachment; filename="{name}{suffix}"'}
    return Response(body, media_type=_MEDIA[suffix], headers=headers)
