"""What the table does now: state, events, pictures, and orders to stage and processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict

from exhibit.contract.taking_home import PAGE
from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.api.streaming import LiveResponse
from exhibit.operator.desk import Desk, arrival
from exhibit.operator.first_steps import steps_of
from exhibit.operator.pictures import MOST_STREAMS, Encoded
from exhibit.operator.token_effects import lying

router = APIRouter(tags=["live"])
routes = Routes(router)
Name = Literal["camera", "ink", "picture", "composite", "calibration"]
_KEEP_ALIVE_S = 15.0
_BOUNDARY = "picture"
_PART = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
_CROWD = "as many as can be served are watching already; try again later"


class Switch(BaseModel):
    """On or off."""

    model_config = ConfigDict(extra="forbid")

    on: bool


@routes.get("/state", Role.VIEWER)
async def state(request: Request) -> dict[str, Any]:
    """Return everything that is known of the table at this moment."""
    return describe(desk_of(request))


@routes.get("/first-steps", Role.VIEWER)
async def first_steps(request: Request) -> list[dict[str, Any]]:
    """Return how camera, exposure, calibration and a test drawing stand: `ok`, and the code of the
    text that says so with its values."""
    desk = desk_of(request)
    calibration = desk.settings.effective.calibration
    return [asdict(step) for step in steps_of(desk.table.look(), desk.run_dir, calibration)]


@routes.get("/recent", Role.VIEWER)
async def recent(request: Request) -> dict[str, list[float | None]]:
    """Return the last five minutes, a value a second: pictures shown per second, milliseconds from
    camera to light (p95), and degrees Celsius."""
    return desk_of(request).recent.told()


@routes.get("/events", Role.VIEWER, response_class=Response, responses={503: {}})
async def events(request: Request) -> Response:
    """Stream server-sent events: `state` every second; the rest as it happens.

    `settings` changed, `log` of the journal, `event` on the table's paper, `visit` that ended.
    """
    desk = desk_of(request)
    listener = desk.hub.join()
    if listener is None:
        raise HTTPException(503, _CROWD)
    return LiveResponse(
        listener.events(_KEEP_ALIVE_S), "text/event-stream", lambda: desk.hub.leave(listener)
    )


@routes.get("/pictures/{name}.jpg", Role.VIEWER, response_class=Response, responses={503: {}})
async def picture(name: Name, request: Request) -> Response:
    """Return the newest picture as JPEG; 304 where `If-None-Match` names it already."""
    newest = desk_of(request).pictures.newest(name)
    if newest is None:
        raise HTTPException(503, "no picture yet")
    tag = f'"{newest.version}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(newest.jpeg, media_type="image/jpeg", headers={"ETag": tag})


@routes.get("/pictures/{name}.mjpeg", Role.VIEWER, response_class=Response, responses={503: {}})
async def stream(name: Name, request: Request) -> Response:
    """Stream pictures as they change, at most thirty a second."""
    pictures = desk_of(request).pictures
    if pictures.streams >= MOST_STREAMS:
        raise HTTPException(503, _CROWD)
    pictures.streams += 1

    def leave() -> None:
        pictures.streams -= 1

    kind = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
    return LiveResponse(_parts(desk_of(request), name), kind, leave)


@routes.post("/freeze", Role.OPERATOR, status_code=204, responses={503: {}})
async def freeze(given: Switch, request: Request) -> None:
    """Keep what is on the stage, or go on."""
    _order(request, "freeze", given.on)


@routes.post("/blank", Role.OPERATOR, status_code=204, responses={503: {}})
async def blank(given: Switch, request: Request) -> None:
    """Turn the light of the stage off, or on again."""
    _order(request, "blank", given.on)


@routes.post("/takehome", Role.OPERATOR, status_code=202, responses={409: {}, 503: {}})
async def take_home(request: Request) -> dict[str, str]:
    """Have what is drawn now printed, or kept as files; the state says what became of it."""
    desk = desk_of(request)
    if not desk.settings.effective.takehome.enabled:
        raise HTTPException(409, "taking home is off; turn on takehome.enabled first")
    if not desk.orders.take_home(PAGE):
        raise HTTPException(503, "the process that prints is not there; try again in a moment")
    desk.audit.add("take home", by=request.state.person.who)
    return {"asked": PAGE}


def describe(desk: Desk) -> dict[str, Any]:
    """Return the state of the table as the page shows it."""
    state = desk.table.look()
    if desk.settings.safe_mode_reason:
        why = {"code": "safe_mode", "text": f"safe mode: {desk.settings.safe_mode_reason}"}
        state["reasons"] = [why, *state["reasons"]]
    return {
        **state,
        "tokens": lying(desk, state["engine"]),
        "machine": desk.machine,
        "drawing": desk.drawing,
        "claimed": desk.accounts.claimed,
        "trial_left_s": desk.settings.trial_left_s,
        "trial_keys": list(desk.settings.trial.keys) if desk.settings.trial else [],
        "settings": arrival(desk),
        "safe_mode": desk.settings.safe_mode,
        "scene": desk.scenes.book.active,
        "listeners": desk.hub.count,
        "streams": desk.pictures.streams,
    }


def _order(request: Request, name: Literal["freeze", "blank"], on: bool) -> None:
    desk = desk_of(request)
    if not desk.orders.show(name, on):
        raise HTTPException(503, "the stage is not there; try again in a moment")
    desk.audit.add(name, on=on, by=request.state.person.who)


async def _parts(desk: Desk, name: str) -> AsyncIterator[bytes]:
    sent: Encoded | None = None
    yield _PART
    while True:
        # Where nothing changes the picture is sent again: a proxy or a browser may wait for more.
        if (newest := desk.pictures.newest(name)) is not None:
            sent = newest
            # The head of the next part goes with a picture: browsers show a picture when they have
            # read that, which is too late by one picture where it comes with the next one.
            yield newest.jpeg + b"\r\n" + _PART
        await desk.pictures.changed(name, sent)
