"""Routes that machines ask for: health, readiness, metrics, and the API's own description."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from exhibit.operator.access.roles import Role
from exhibit.operator.api.live import describe
from exhibit.operator.api.permission import Routes, desk_of
from exhibit.operator.desk import Desk

root = APIRouter(tags=["machines"])
router = APIRouter(tags=["machines"])
_STATES = ("showing", "idle", "degraded", "fault")
_PREFIX = "tracing_table_"
_GAUGES = {
    "stage_fps": ("stage", "stage_fps", "Pictures shown per second"),
    "coverage": ("engine", "coverage", "Share of the sheet that is ink"),
}
_COUNTERS = {
    "frames_captured": ("engine", "frames_captured", "Frames the camera gave"),
    "frames_dropped": ("engine", "frames_dropped", "Frames a newer one replaced"),
    "pictures": ("engine", "pictures", "Pictures made"),
    "stage_frames": ("stage", "frames", "Frames shown"),
}


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
    registry = CollectorRegistry()
    registry.register(_TableCollector(desk_of(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@Routes(router).get("/openapi.json", Role.VIEWER)
async def openapi(request: Request) -> dict[str, Any]:
    """Return the description of this API."""
    return dict(request.app.openapi())


class _TableCollector(Collector):
    """The table's state as metrics."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterable[Metric]:
        """Yield every metric that has a value now."""
        state = describe(self._desk)
        word = GaugeMetricFamily(f"{_PREFIX}state", "1 for the state it is in", labels=["state"])
        for name in _STATES:
            word.add_metric([name], float(state["state"] == name))
        yield word
        for name, (process, key, text) in _GAUGES.items():
            if (value := state[process].get(key)) is not None:
                yield GaugeMetricFamily(_PREFIX + name, text, value=value)
        for name, (process, key, text) in _COUNTERS.items():
            if (value := state[process].get(key)) is not None:
                yield CounterMetricFamily(_PREFIX + name, text, value=value)
        yield _latency(state)
        yield _restarts(state)
        if (hottest := state["machine"]["temperature_c"]) is not None:
            text = "Highest temperature of the machine"
            yield GaugeMetricFamily(f"{_PREFIX}temperature_celsius", text, value=hottest)


def _latency(state: dict[str, Any]) -> Metric:
    text = "From the camera's frame to its light, in seconds"
    family = GaugeMetricFamily(f"{_PREFIX}camera_to_light_seconds", text, labels=["quantile"])
    for name, value in (state["stage"].get("camera_to_light_ms") or {}).items():
        family.add_metric([f"0.{name[1:]}"], value / 1000)
    return family


def _restarts(state: dict[str, Any]) -> Metric:
    text = "Times a process was started again"
    family = CounterMetricFamily(f"{_PREFIX}restarts", text, labels=["process"])
    for name, process in state["processes"].items():
        family.add_metric([name], process["restarts"])
    return family
