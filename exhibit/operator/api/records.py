"""What was recorded: visits, events, who did what, and a bundle of it all for whoever helps."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exhibit.operator.access.roles import Role
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.diagnostics import collect
from exhibit.operator.state.visits import COLUMNS

router = APIRouter(tags=["records"])
routes = Routes(router)
Limit = Annotated[int, Query(ge=1, le=500)]
Kind = Annotated[str, Query(max_length=40)]
Text = Annotated[str, Query(max_length=200)]


@routes.get("/visits", Role.VIEWER)
async def visits(
    request: Request, days: Annotated[int, Query(ge=1, le=3650)] = 30
) -> dict[str, Any]:
    """Return sheets and drawing time by day and by hour; counted from ink, no pictures."""
    desk = desk_of(request)
    simulated = bool(desk.table.look()["engine"].get("simulated"))
    return desk.visits.summary(days, int(simulated))


@routes.get("/visits.csv", Role.VIEWER, response_class=Response)
async def visits_csv(request: Request) -> Response:
    """Return every visit as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(desk_of(request).visits.rows())
    return _download(text.getvalue().encode(), "visits.csv", "text/csv; charset=utf-8")


@routes.get("/log", Role.VIEWER)
async def log(
    request: Request, limit: Limit = 100, kind: Kind = "", text: Text = ""
) -> list[dict[str, Any]]:
    """Return the latest events, newest first; `kind` is the beginning of `what`."""
    return desk_of(request).events.newest(limit, kind, text)


@routes.get("/log.jsonl", Role.OPERATOR, response_class=Response)
async def log_file(request: Request) -> Response:
    """Return all events that are kept, one JSON object a line, oldest first."""
    lines = "".join(desk_of(request).events.lines())
    return _download(lines.encode(), "events.jsonl", "application/x-ndjson")


@routes.get("/audit", Role.ADMIN)
async def audit(request: Request, limit: Limit = 100, text: Text = "") -> list[dict[str, Any]]:
    """Return who did what, newest first."""
    return desk_of(request).audit.newest(limit, "", text)


@routes.get("/diagnostics.zip", Role.OPERATOR, response_class=Response)
async def diagnostics(request: Request) -> Response:
    """Return settings, statuses and events for whoever helps: no frames, no secrets."""
    desk = desk_of(request)
    desk.audit.add("diagnostics", by=request.state.person.who)
    return _download(collect(desk), "tracing-table-diagnostics.zip", "application/zip")


def _download(body: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)
