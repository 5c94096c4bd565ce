"""The application: guard, routes, and what an error looks like."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from exhibit.contract.errors import ExhibitError
from exhibit.operator.access.guard import Guard, RateLimit
from exhibit.operator.access.roles import Role
from exhibit.operator.api import (
    accounts,
    backups,
    bundles,
    calibration,
    configuration,
    directions,
    live,
    login,
    machines,
    notices,
    processes,
    records,
    scenes,
    settings,
)
from exhibit.operator.api.permission import AccessDeniedError
from exhibit.operator.desk import Desk
from exhibit.operator.pages import routes as pages

API = "/api/v1"
_OF_PROGRAMS = (f"{API}/", "/metrics")


def make_app(desk: Desk, names: Iterable[str]) -> FastAPI:
    """Return the application.

    Args:
        desk: what the routes share.
        names: host names under which the table is reached.
    """
    app = FastAPI(
        title="Tracing Table",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.desk = desk
    app.state.ending = asyncio.Event()
    for prefix, router in routers():
        app.include_router(router, prefix=prefix)
    app.add_exception_handler(AccessDeniedError, _denied)
    app.add_exception_handler(ExhibitError, _refused)
    app.add_exception_handler(RecursionError, _refused)
    app.add_exception_handler(OSError, _not_saved)
    app.add_middleware(Guard, names=tuple(names), rate=RateLimit())
    return app


def routers() -> list[tuple[str, APIRouter]]:
    """Return every router of the application with the prefix of its paths."""
    tuning = (live, calibration, settings, directions, scenes, bundles, configuration, processes)
    parts = (login, accounts, *tuning, records, notices, backups, machines)
    return [*((API, part.router) for part in parts), ("", machines.root), ("", pages.router)]


async def _refused(_request: Request, error: Exception) -> Response:
    detail = str(error) if isinstance(error, ExhibitError) else "nested too deeply"
    return JSONResponse({"detail": detail}, 422)


async def _not_saved(_request: Request, error: Exception) -> Response:
    reason = error.strerror if isinstance(error, OSError) else None
    return JSONResponse({"detail": f"it cannot be saved in the state folder: {reason}"}, 507)


async def _denied(request: Request, error: Exception) -> Response:
    assert isinstance(error, AccessDeniedError)
    if error.person.role > Role.ANYONE:
        return JSONResponse({"detail": str(error)}, 403)
    is_program = request.url.path.startswith(_OF_PROGRAMS) or "authorization" in request.headers
    if request.method == "GET" and not is_program:
        return RedirectResponse("/login", 303)
    return JSONResponse({"detail": "log in first"}, 401, {"WWW-Authenticate": "Bearer"})
