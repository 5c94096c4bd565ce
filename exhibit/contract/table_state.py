"""The state of the whole table, gathered from what its processes say, in one place."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from exhibit.contract.board import Heart, read_status
from exhibit.contract.errors import REFUSED
from exhibit.contract.reasons import Reason, is_off, reasons_of

_SILENT_AFTER_S = 3.0
_STARTS_WITHIN_S = 60.0
PROCESSES = ("stage", "engine", "sound", "takehome", "web", "operator")

State = dict[str, Any]

# What is said of a process that has said nothing yet, or no longer.
_LATELY: State = {"fps": None, "stage_interval_ms": None, "camera_to_light_ms": None}
_STAGE: State = {
    "state": "starting",
    "frames": 0,
    "stage_fps": None,
    "stage_interval_ms": None,
    "camera_to_light_ms": None,
    "lately": _LATELY,
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
    "tokens": [],
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
_TAKE_HOME: State = {
    "state": "off",
    "taken": 0,
    "waiting": 0,
    "lost": 0,
    "last": {"code": "", "by": "", "number": 0},
    "notices": [],
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
        self._hearts = {name: Heart(run_dir, name) for name in (*PROCESSES, "supervisor")}

    def look(self) -> State:
        """Return everything that is known of the table at this moment."""
        supervisor, stage, engine, sound, takehome = (
            self._status(name) for name in ("supervisor", "stage", "engine", "sound", "takehome")
        )
        others = {name: self._status(name) for name in ("web", "operator")}
        alive = {name: self._alive(name) for name in self._hearts}
        processes = supervisor.get("processes", {})
        ours = {"stage": stage, "engine": engine, "sound": sound, "takehome": takehome}
        statuses = {**ours, **others}
        reasons = reasons_of({**statuses, "supervisor": supervisor}, alive, processes)
        lately = stage.get("lately", _LATELY)
        latency = lately["camera_to_light_ms"] or {}
        engine.pop("events", None)  # told one by one as they happen
        return {
            # While a table starts nothing has gone wrong yet.
            "state": "idle"
            if self._starting(alive, supervisor)
            else _word(stage, engine, alive, reasons),
            "reasons": reasons,
            "stage": {**_STAGE, "alive": alive["stage"], **stage},
            "engine": {**_ENGINE, "alive": alive["engine"], **engine},
            "sound": {**_SOUND, "alive": alive["sound"], **sound},
            "takehome": {**_TAKE_HOME, "alive": alive["takehome"], **takehome},
            "processes": processes,
            "fps": lately["fps"],
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

        One that ended does not: its status goes with it, until it has started again. One that is
        off has none to run.
        """
        table = self._status("supervisor").get("processes", {})
        off = {n for n, process in table.items() if is_off(table, n) and process["pid"] is None}
        names = [name for name in PROCESSES if name in table and name not in off]
        return [name for name in names if not _runs(self._status(name), generation)]

    def _starting(self, alive: Mapping[str, bool], supervisor: State) -> bool:
        """Return whether stage or engine have not come up yet for the first time."""
        began_at = float(supervisor.get("began_at", self._began_at))
        silent = [name for name in ("stage", "engine") if not alive[name]]
        processes = supervisor.get("processes", {})
        failed = any(processes.get(name, {}).get("restarts") for name in silent)
        return bool(silent) and not failed and self._clock() - began_at < _STARTS_WITHIN_S

    def _alive(self, name: str) -> bool:
        last = self._hearts[name].last
        if name == "supervisor" and not last:
            return True  # a page that runs by itself
        return self._clock() - last < _SILENT_AFTER_S

    def _status(self, name: str) -> dict[str, Any]:
        # Read while it was replaced or by a process that was killed: the next look sees it whole.
        try:
            return read_status(self._run_dir, name)
        except (ValueError, OSError):
            return {}


def _runs(status: Mapping[str, Any], generation: int) -> bool:
    return int(status.get("generation", 0)) >= generation and not status.get("outdated")


def _word(
    stage: Mapping[str, Any],
    engine: Mapping[str, Any],
    alive: Mapping[str, bool],
    reasons: list[Reason],
) -> str:
    if not (alive["stage"] and alive["engine"]) or engine.get("state") == "degraded":
        return "fault"
    if any(reason["code"].endswith("fault") for reason in reasons):
        return "degraded"
    if stage.get("state") == "attract" or engine.get("state") in ("idle", "starting"):
        return "idle"
    return "showing"
