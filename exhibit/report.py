"""The report of a run: what `exhibit run --report` writes and `make bench` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exhibit.resources import ResourceMeter
from exhibit.supervisor import Supervisor, Watched

PIPELINE = ("ink", "encode", "edit", "synthesise", "compose")
_COUNTERS = ("frames_captured", "frames_dropped", "pictures")


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
    stage, engine = newest["stage"], newest["engine"]
    lives = [*_lives(supervisor.watched["engine"]), engine]
    # The newest life that measured a stage speaks for it.
    stages_ms: dict[str, Any] = {}
    for status in (*lives, stage):
        stages_ms.update(status.get("stages_ms", {}))
    return {
        "seconds": round(now - meter.begun_at, 3),
        "provider": next((life["provider"] for life in reversed(lives) if life), None),
        **{name: sum(int(life.get(name, 0)) for life in lives) for name in _COUNTERS},
        "stage_fps": stage.get("stage_fps"),
        "stage_interval_ms": stage.get("stage_interval_ms"),
        "camera_to_light_ms": stage.get("camera_to_light_ms"),
        "stages_ms": {name: stages_ms.get(name) for name in PIPELINE},
        "engine_restarts": supervisor.watched["engine"].restarts,
        "rss_mb_peak": round(meter.peak_mb, 1),
        "cpu_percent": round(meter.cpu_percent(now), 1),
    }


def _lives(watched: Watched) -> list[dict[str, Any]]:
    return [life for life in watched.past if life]
