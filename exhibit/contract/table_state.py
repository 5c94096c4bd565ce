"""The state of the whole table, gathered from what its processes say, in one place."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from exhibit.contract.board import Heart, read_status
from exhibit.contract.errors import REFUSED

_SILENT_AFTER_S = 3.0
_STARTS_WITHIN_S = 60.0
PROCESSES = ("stage", "engine", "sound", "web", "operator")

State = dict[str, Any]

# What is said of a process that has said nothing yet, or no longer.
_STAGE: State = {
    "state": "starting",
    "frames": 0,
    "stage_fps": None,
    "stage_interval_ms": None,
    "camera_to_light_ms": None,
    "stages_ms": {},
    "size_px": None,
    "mirror": False,
    "rotate": 0,
    "faults": [],
}
_ENGINE: State = {
    "state": "starting",
    "bundle": None,
    "bundle_opening": None,
    "camera": None,
    "simulated": False,
    "provider": None,
    "frames_captured": 0,
    "frames_dropped": 0,
    "pictures": 0,
    "sheet": False,
    "coverage": 0.0,
    "recalled": [],
    "ink_changed_at": None,
    "stages_ms": {},
    "strengths": {},
    "psi": None,
    "refused": "",
    "notices": [],
    "faults": [],
}
_SOUND: State = {
    "state": "off",
    "device": None,
    "listening": False,
    "underruns": 0,
    "stroke_to_sound_ms": None,
    "notices": [],
    "faults": [],
}
# What the engine noticed and somebody should look after; visitors are still answered.
_NOTICES = {
    "object_left": "something has been left on the paper: {where}",
}


class TableState:
    """A running table, read from its run folder; nobody is ever waited for.

    Args:
        run_dir: the folder that the processes share.
        clock: monotonic seconds, the same as the heartbeats'.
    """

    def __init__(self, run_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._run_dir, self._clock = run_dir, clock
        self._began_at = clock()
        self._hearts = {name: Heart(run_dir, name) for name in ("stage", "engine", "sound")}

    def look(self) -> State:
        """Return everything that is known of the table at this moment."""
        supervisor, stage, engine, sound = (
            self._status(name) for name in ("supervisor", "stage", "engine", "sound")
        )
        alive = {name: self._alive(name) for name in self._hearts}
        processes = supervisor.get("processes", {})
        reasons = _reasons(stage, engine, alive)
        if "sound" in processes and not alive["sound"]:
            reasons.append(_reason("sound_silent", "the sound's process shows no sign of life"))
        reasons += [_reason(str(n["code"]), str(n["text"])) for n in sound.get("notices", ())]
        latency = stage.get("camera_to_light_ms") or {}
        engine.pop("events", None)  # told one by one as they happen
        return {
            # While a table starts nothing has gone wrong yet.
            "state": "idle" if self._starting(alive) else _word(stage, engine, alive, reasons),
            "reasons": reasons,
            "stage": {**_STAGE, "alive": alive["stage"], **stage},
            "engine": {**_ENGINE, "alive": alive["engine"], **engine},
            "sound": {**_SOUND, "alive": alive["sound"], **sound},
            "processes": processes,
            "fps": stage.get("stage_fps"),
            "latency_p95_ms": latency.get("p95"),
            "rss_mb_peak": supervisor.get("rss_mb_peak"),
            "seconds": round(self._clock() - self._began_at, 1),
        }

    def happened(self) -> list[dict[str, Any]]:
        """Return the newest events on the table, oldest first; see `RecentEvents`."""
        events: list[dict[str, Any]] = self._status("engine").get("events", [])
        return events

    def refusing(self) -> list[str]:
        """Return the processes that ended because they cannot use what they were given."""
        processes = self._status("supervisor").get("processes", {})
        ended = f"exit code {REFUSED}"
        return [n for n, p in processes.items() if p["pid"] is None and p["last_exit"] == ended]

    def waiting_for(self, generation: int) -> list[str]:
        """Return the processes that do not run settings of this generation yet.

        One that ended does not: its status goes with it, until it has started again.
        """
        table = self._status("supervisor").get("processes", {})
        names = [name for name in PROCESSES if name in table]
        return [name for name in names if not _runs(self._status(name), generation)]

    def _starting(self, alive: Mapping[str, bool]) -> bool:
        waited_s = self._clock() - self._began_at
        return waited_s < _STARTS_WITHIN_S and not (alive["engine"] and alive["stage"])

    def _alive(self, name: str) -> bool:
        return self._clock() - self._hearts[name].last < _SILENT_AFTER_S

    def _status(self, name: str) -> dict[str, Any]:
        # Read while it was replaced or by a process that was killed: the next look sees it whole.
        try:
            return read_status(self._run_dir, name)
        except (ValueError, OSError):
            return {}


def _reasons(
    stage: Mapping[str, Any], engine: Mapping[str, Any], alive: Mapping[str, bool]
) -> list[dict[str, str]]:
    """Return what is not as it should be: a code the page has advice for, and the words."""
    reasons = []
    if not alive["stage"]:
        reasons.append(_reason("stage_silent", "the stage shows no sign of life"))
    if not alive["engine"]:
        reasons.append(_reason("engine_silent", "the engine shows no sign of life"))
    lost = engine.get("state") == "degraded"
    for text in engine.get("faults", ()):
        if text == engine.get("refused"):
            # It goes on as before; somebody asked for what cannot be had.
            reasons.append(_reason("engine_refused", str(text)))
            continue
        reasons.append(_reason("camera_lost" if lost else "engine_fault", str(text)))
        lost = False
    reasons += [_reason("stage_fault", str(text)) for text in stage.get("faults", ())]
    for notice in engine.get("notices", ()):
        code = str(notice["code"])
        reasons.append(_reason(code, _NOTICES[code].format(where=notice["where"])))
    left_out = ", ".join(str(name) for name in engine.get("providers_left_out", ()))
    if left_out and engine.get("provider") == "cpu":
        reasons.append(_reason("on_cpu", f"pictures are made on the processor, without {left_out}"))
    if stage.get("state") in ("frozen", "blank"):
        reasons.append(_reason(f"stage_{stage['state']}", f"the stage is {stage['state']}"))
    return reasons


def _runs(status: Mapping[str, Any], generation: int) -> bool:
    return int(status.get("generation", 0)) >= generation and not status.get("outdated")


def _reason(code: str, text: str) -> dict[str, str]:
    return {"code": code, "text": text}


def _word(
    stage: Mapping[str, Any],
    engine: Mapping[str, Any],
    alive: Mapping[str, bool],
    reasons: list[dict[str, str]],
) -> str:
    if not (alive["stage"] and alive["engine"]) or engine.get("state") == "degraded":
        return "fault"
    if any(reason["code"].endswith("fault") for reason in reasons):
        return "degraded"
    if stage.get("state") == "attract" or engine.get("state") in ("idle", "starting"):
        return "idle"
    return "showing"
