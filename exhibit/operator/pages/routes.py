"""The pages' own routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from exhibit.contract.settings.overrides import FILE_ONLY
from exhibit.contract.settings.schema import ModulationConfig
from exhibit.operator.access.roles import GIVEN, Role
from exhibit.operator.api.accounts import tokens
from exhibit.operator.api.bundles import bundles
from exhibit.operator.api.calibration import Paper, calibration
from exhibit.operator.api.configuration import configuration, history
from exhibit.operator.api.directions import directions
from exhibit.operator.api.live import first_steps
from exhibit.operator.api.permission import Routes, desk_of, person_of
from exhibit.operator.api.records import Kind, Text, visits
from exhibit.operator.api.scenes import scenes
from exhibit.operator.pages.charts import busiest_hour, day_bars, hour_bars
from exhibit.operator.pages.rendering import (
    LANGUAGE_COOKIE,
    PAGES,
    render,
    static_file,
    texts_of,
)
from exhibit.operator.pages.texts import LANGUAGES
from exhibit.operator.pages.tuning import live_only, settings_by_section
from exhibit.operator.state.scenes import DAYS

router = APIRouter(include_in_schema=False)
routes = Routes(router)
View = Literal["values", "yaml", "file", "history"]
LogView = Literal["events", "audit"]
_STEP_FIELDS = {
    "camera": ("camera.source", "camera.mirrored"),
    "exposure": ("camera.exposure", "camera.gain"),
}
"""Settings that a first step is taken with."""
_PERIODS = (7, 30, 365)
_RECORDS = 200
_YEAR_S = 365 * 24 * 3600


@routes.get("/login", Role.ANYONE)
async def login(request: Request) -> Response:
    """Show the login, or how to claim a new table."""
    if person_of(request).role > Role.ANYONE:
        return RedirectResponse("/", 303)
    return render(request, "login" if desk_of(request).accounts.claimed else "claim")


@routes.get("/", Role.VIEWER)
async def now(request: Request) -> HTMLResponse:
    """Show what the table sees and does."""
    return render(request, "now", ("now", "takehome"))


@routes.get("/first", Role.VIEWER)
async def first(request: Request) -> HTMLResponse:
    """Lead through the first steps with a new table."""
    sections = settings_by_section(desk_of(request), texts_of(request))
    return render(
        request,
        "first",
        ("first",),
        steps=await first_steps(request),
        settings=sections["camera"],
        fields=_STEP_FIELDS,
    )


@routes.get("/calibrate", Role.VIEWER)
async def calibrate(request: Request) -> HTMLResponse:
    """Lead through the calibration of the table while it runs."""
    camera = settings_by_section(desk_of(request), texts_of(request))["camera"]
    return render(
        request,
        "calibrate",
        ("calibrate", "now"),
        calibration=await calibration(request),
        papers=get_args(Paper),
        settings=[one for one in camera if one.control.key in _STEP_FIELDS["exposure"]],
    )


@routes.get("/tune", Role.VIEWER)
async def tune(request: Request) -> HTMLResponse:
    """Show everything that changes while the table runs."""
    sections = live_only(settings_by_section(desk_of(request), texts_of(request)))
    return render(
        request,
        "tune",
        ("tune", "files"),
        sections=sections,
        book=await scenes(request),
        directions=await directions(request),
        bundles=await bundles(request),
        days=DAYS,
        cards=desk_of(request).settings.effective.tokens.cards,
        modulations=get_args(ModulationConfig.model_fields["kind"].annotation),
    )


@routes.get("/config", Role.VIEWER)
async def config(request: Request, view: View = "values") -> HTMLResponse:
    """Show all settings, the operator's changes as YAML, the museum's file, or the history."""
    desk = desk_of(request)
    shown: dict[str, Any] = {"view": view, "views": get_args(View), "file_only": FILE_ONLY}
    if view == "values":
        shown["sections"] = settings_by_section(desk, texts_of(request))
    elif view == "history":
        shown["history"] = await history(request)
    else:
        shown["config"] = await configuration(request)
    return render(request, "config", ("config",), **shown)


@routes.get("/visits", Role.VIEWER)
async def visits_page(
    request: Request, days: Annotated[int, Query(ge=1, le=3650)] = 30
) -> HTMLResponse:
    """Show how much the table is used."""
    summary = await visits(request, days)
    return render(
        request,
        "visits",
        visits=summary,
        days=days,
        periods=_PERIODS,
        busiest=busiest_hour(summary),
        # The wall clock of the museum, as visits are counted.
        day_bars=day_bars(summary, days, datetime.now().date()),
        hour_bars=hour_bars(summary),
    )


@routes.get("/log", Role.VIEWER)
async def log_page(
    request: Request, kind: Kind = "", text: Text = "", view: LogView = "events"
) -> HTMLResponse:
    """Show what happened, and to administrators who did what."""
    desk = desk_of(request)
    audit = view == "audit" and person_of(request).role >= Role.ADMIN
    records = (
        desk.audit.newest(_RECORDS, "", text) if audit else desk.events.newest(_RECORDS, kind, text)
    )
    return render(
        request,
        "log",
        ("log",),
        records=records,
        kinds=desk.events.kinds(),
        kind=kind,
        text=text,
        view="audit" if audit else "events",
    )


@routes.get("/help", Role.VIEWER)
async def help_page(request: Request) -> HTMLResponse:
    """Show the daily checklist, what to do when something is wrong, and who may come in."""
    admin = person_of(request).role >= Role.ADMIN
    known = await tokens(request) if admin else []
    channels = [teller.channel.name for teller in desk_of(request).notices.tellers]
    shown: dict[str, Any] = {"tokens": known, "roles": GIVEN, "channels": channels}
    return render(request, "help", ("tokens", "notices", "files"), **shown)


@routes.get("/language/{language}", Role.ANYONE)
async def choose(language: str, page: str = "/") -> Response:
    """Remember the reader's language and go back to the page."""
    if language not in LANGUAGES:
        raise HTTPException(404, f"no texts in '{language}'; there are {', '.join(LANGUAGES)}")
    # Only to pages of ours: what stands in a link must not lead elsewhere.
    answer = RedirectResponse(page if page in PAGES.values() else "/", 303)
    answer.set_cookie(
        LANGUAGE_COOKIE, language, _YEAR_S, secure=True, httponly=True, samesite="strict"
    )
    return answer


@routes.get("/static/{name}", Role.ANYONE)
async def static(name: str, request: Request) -> Response:
    """Return a style sheet, a script or the icon."""
    found = static_file(name)
    if found is None:
        raise HTTPException(404, f"no file '{name}'")
    content, kind, tag = found
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
