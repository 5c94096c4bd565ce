"""The report of a run: what `exhibit run --report` writes and `make bench` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exhibit.supervisor.lives import add_life
from exhibit.supervisor.resources import ResourceMeter
from exhibit.supervisor.supervisor import Supervisor

_COUNTED = ("frames_captured", "frames_dropped", "pictures")
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
        newest: the last status of the running processes, by name.
        meter: memory and processor time.
        now: monotonic seconds.

    Returns:
        The keys that the README names. Times have p50, p95 and p99, or are None where nothing was
        measured; counters add up over all lives of engine and sound.
    """
    watched = supervisor.watched["engine"]
    stage, engine = newest["stage"], add_life(watched.past, newest["engine"])
    stages_ms = {**engine["stages_ms"], **stage.get("stages_ms", {})}
    return {
        "seconds": round(now - meter.begun_at, 3),
        "provider": engine.get("provider"),
        **{name: engine[name] for name in _COUNTED},
        "stage_fps": stage.get("stage_fps"),
        "stage_interval_ms": stage.get("stage_interval_ms"),
        "camera_to_light_ms": stage.get("camera_to_light_ms"),
        "stages_ms": {name: stages_ms.get(name) for name in PIPELINE},
        "sound": _sound(supervisor, newest.get("sound", {})),
        "engine_restarts": watched.restarts,
        "rss_mb_peak": round(meter.peak_mb, 1),
        "cpu_percent": round(meter.cpu_percent(now), 1),
    }


def _sound(supervisor: Supervisor, newest: Mapping[str, Any]) -> dict[str, Any]:
    watched = supervisor.watched.get("sound")
    sound = add_life(watched.past if watched else {}, newest)
    return {
        "device": sound.get("device"),
        "underruns": sound["underruns"],
        "callback_ms": sound.get("callback_ms"),
        "stroke_to_sound_ms": sound.get("stroke_to_sound_ms"),
        "told_to_sound_ms": sound.get("told_to_sound_ms"),
    }
