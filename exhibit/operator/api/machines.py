"""Routes that machines ask for: health, readiness, metrics, and the API's own description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from exhibit.operator.access.roles import Role
from exhibit.operator.api.live import describe
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.metrics import TableCollector

root = APIRouter(tags=["machines"])
router = APIRouter(tags=["machines"])


@Routes(root).get("/healthz", Role.ANYONE)
async def healthz() -> dict[str, str]:
    """Say that the page's process is alive."""
    return {"status": "alive"}


@Routes(root).get("/readyz", Role.ANYONE, responses={503: {}})
async def readyz(request: Request, response: Response) -> dict[str, str]:
    """Say whether visitors see a working table: 503 for fault, 200 for any other state."""
    ready = desk_of(request).table.look()["state"] != "fault"
    response.status_code = 200 if ready else 503
    return {"status": "ready" if ready else "not ready"}


@Routes(root).get("/metrics", Role.VIEWER, response_class=Response)
async def metrics(request: Request) -> Response:
    """Return measurements for Prometheus."""
    desk, registry = desk_of(request), CollectorRegistry()
    registry.register(TableCollector(desk, describe(desk)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@Routes(router).get("/openapi.json", Role.VIEWER)
async def openapi(request: Request) -> dict[str, Any]:
    """Return the description of this API."""
    return dict(request.app.openapi())
