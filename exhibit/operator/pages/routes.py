"""The pages' own routes."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from exhibit.contract.config import ModulationConfig
from exhibit.operator.access.permission import Routes, desk_of, person_of
from exhibit.operator.access.roles import Role
from exhibit.operator.api.bundles import bundles
from exhibit.operator.api.directions import directions
from exhibit.operator.api.scenes import scenes
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
    return render(request, "now", ("now",))


@routes.get("/tune", Role.VIEWER)
async def tune(request: Request) -> HTMLResponse:
    """Show everything that changes while the table runs."""
    sections = live_only(settings_by_section(desk_of(request), texts_of(request)))
    return render(
        request,
        "tune",
        ("tune",),
        sections=sections,
        book=await scenes(request),
        directions=await directions(request),
        bundles=await bundles(request),
        days=DAYS,
        modulations=get_args(ModulationConfig.model_fields["kind"].annotation),
    )


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
