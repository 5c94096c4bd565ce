"""The application: guard, routes, and what an error looks like."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from exhibit.operator.access.guard import Guard, RateLimit
from exhibit.operator.access.permission import AccessDeniedError
from exhibit.operator.access.roles import Role
from exhibit.operator.api import configuration, live, login, processes, settings
from exhibit.operator.desk import Desk
from exhibit.operator.pages import routes as pages

API = "/api/v1"


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
    for part in (login, live, settings, configuration, processes):
        app.include_router(part.router, prefix=API)
    app.include_router(pages.router)
    app.add_exception_handler(AccessDeniedError, _denied)
    app.add_middleware(Guard, names=tuple(names), rate=RateLimit())
    return app


async def _denied(request: Request, error: Exception) -> Response:
    assert isinstance(error, AccessDeniedError)
    if error.person.role > Role.ANYONE:
        return JSONResponse({"detail": str(error)}, 403)
    if not request.url.path.startswith("/api/") and request.method == "GET":
        return RedirectResponse("/login", 303)
    return JSONResponse({"detail": "log in first"}, 401, {"WWW-Authenticate": "Bearer"})
