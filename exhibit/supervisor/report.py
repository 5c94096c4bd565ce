"""The report of a run: what `exhibit run --report` writes and `make bench` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exhibit.supervisor.lives import COUNTERS, add_life
from exhibit.supervisor.resources import ResourceMeter
from exhibit.supervisor.supervisor import Supervisor

PIPELINE = ("ink", "recall", "encode", "edit", "synthesise", "compose")


def make_report(
    supervisor: Supervisor,
    newest: Mapping[str, Mapping[str, Any]],
    meter: ResourceMeter,
    now: float,
) -> dict[str, Any]:
    """Gather what the processes measured.

    Args:
        supervisor: the table, at its end.
        newest: the last status of the running stage and engine, by name.
        meter: memory and processor time.
        now: monotonic seconds.

    Returns:
        The keys that the README names. Times have p50, p95 and p99, or are None where nothing was
        measured; counters add up over all lives of the engine.
    """
    watched = supervisor.watched["engine"]
    stage, engine = newest["stage"], add_life(watched.past, newest["engine"])
    stages_ms = {**engine["stages_ms"], **stage.get("stages_ms", {})}
    return {
        "seconds": round(now - meter.begun_at, 3),
        "provider": engine.get("provider"),
        **{name: engine[name] for name in COUNTERS},
        "stage_fps": stage.get("stage_fps"),
        "stage_interval_ms": stage.get("stage_interval_ms"),
        "camera_to_light_ms": stage.get("camera_to_light_ms"),
        "stages_ms": {name: stages_ms.get(name) for name in PIPELINE},
        "engine_restarts": watched.restarts,
        "rss_mb_peak": round(meter.peak_mb, 1),
        "cpu_percent": round(meter.cpu_percent(now), 1),
    }
