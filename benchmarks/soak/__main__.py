"""Let the table run with visitors at four times the pace and random faults: `make soak MINUTES=60`.

Visitors come from a film of the simulated table that is played faster than it was made. Every five
seconds it is noted what each process holds, how large the shared memory is, and how late the stage
was; now and then one of the processes is killed or stopped. Writes JSON and a plot.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2

from benchmarks.faults.table import ServedTable
from benchmarks.soak.lives import Life, drift, slope_an_hour
from benchmarks.soak.plot import plot
from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract.bundle import BUNDLES_DIR
from exhibit.supervisor.run_folder import memory_folder

PACE = 4
_FILM_S, _FPS = 60, 15
_LOOK_EVERY_S = 5.0
_FAULT_EVERY_S = (60.0, 240.0)
_WARM_UP_S, _WARM_UP_SHARE = 600.0, 0.25
_SPARED_SHARE = 0.5
"""For this share of the run nothing is struck again: only a long life shows a slope."""
STRUCK = ("engine", "stage", "sound", "takehome", "web", "operator")
_OWN_MB_AN_HOUR, _STAGE_P99_MS = 1.0, 33.0
_SHARED_MB = 0.1
"""Words that processes say of themselves are longer now and shorter then."""
_STEADY = {"descriptors": 2.0, "threads": 1.0}
"""How many more a process may hold in the end: one that somebody uses at that moment."""


def main() -> None:
    """Run, print a table, and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--out", type=Path, default=Path("soak.json"))
    parser.add_argument("--plot", type=Path, default=Path("soak.png"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--spare", choices=STRUCK, default="", help="is never struck, and lives as long as the run"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), given.seed, given.spare)
        try:
            soak.run(60 * given.minutes)
        finally:
            soak.table.end()
        found = soak.judge(60 * given.minutes)
    given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    plot(found, given.plot)
    _say(found)
    sys.exit(0 if found["met"] else 1)


class Soak:
    """One run.

    Args:
        folder: takes film, config.yaml and state.
        seed: of visitors and faults.
        spared: a process that is never struck, empty for none.
    """

    def __init__(self, folder: Path, seed: int, spared: str = "") -> None:
        self._strikable_at = {name: 0.0 for name in STRUCK if name != spared}
        film = folder / "film.avi"
        make_film(film, seed)
        config = {
            "camera": {"source": str(film), "fps": _FPS},
            "model": {"bundle": str(BUNDLES_DIR / "lear"), "threads": 1},
            "stage": {"width": 640, "height": 400},
            "web": {"port": 0},
            "operator": {"port": 0},
            "sound": {"enabled": True},
            "takehome": {"enabled": True, "folder": str(folder / "taken")},
        }
        self.table = ServedTable(folder, memory_folder(), config)
        self._random = random.Random(seed)
        self.lives: dict[str, list[Life]] = {}
        self.faults: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []
        self._said = folder / "said.txt"

    def run(self, seconds: float) -> None:
        """Go on for so long."""
        began = time.monotonic()
        look_due, fault_due = 0.0, self._random.uniform(*_FAULT_EVERY_S)
        while (now := time.monotonic() - began) < seconds:
            self.table.live()
            if now >= look_due:
                look_due = now + _LOOK_EVERY_S
                self._look(now)
            if now >= fault_due:
                fault_due = now + self._random.uniform(*_FAULT_EVERY_S)
                self._strike(now, _SPARED_SHARE * seconds)

    def _look(self, now: float) -> None:
        state = self.table.look()
        if state is None:
            return
        pids = {name: found["pid"] for name, found in state["processes"].items() if found["pid"]}
        for name, pid in {**pids, "supervisor": self.table.pid}.items():
            lives = self.lives.setdefault(name, [])
            if not lives or lives[-1].pid != pid:
                lives.append(Life(pid))
            lives[-1].look(now)
        intervals = state["stage"].get("stage_interval_ms") or {}
        with contextlib.suppress(OSError):
            shared = sum(path.stat().st_size for path in self.table.folder.iterdir())
            row = {"at_s": now, "shared_mb": shared / 1e6, "stage_p99_ms": intervals.get("p99")}
            self.rows.append(row)

    def _strike(self, now: float, spared_s: float) -> None:
        names = [name for name, at in self._strikable_at.items() if now >= at]
        if not names:
            return
        name = self._random.choice(names)
        self._strikable_at[name] = now + spared_s
        number = self._random.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP))
        with contextlib.suppress(KeyError, ProcessLookupError):
            self.table.signal(name, number)
            self.faults.append({"at_s": now, "process": name, "signal": number.name})

    def judge(self, seconds: float) -> dict[str, Any]:
        """Return everything that was seen, and whether it is as it should be."""
        warm_up_s = min(_WARM_UP_S, _WARM_UP_SHARE * seconds)
        processes = {
            name: {
                "rss_mb_an_hour": slope_an_hour(lives, "rss_mb", warm_up_s),
                "own_mb_an_hour": slope_an_hour(lives, "own_mb", warm_up_s),
                **{f"{held}_more": drift(lives, held, warm_up_s) for held in _STEADY},
                "lives": [asdict(life) for life in lives],
            }
            for name, lives in self.lives.items()
        }
        said = self._said.read_text(encoding="utf-8", errors="replace")
        p99 = sorted(row["stage_p99_ms"] for row in self.rows if row["stage_p99_ms"] is not None)
        shared = [row["shared_mb"] for row in self.rows if row["at_s"] >= warm_up_s]
        found: dict[str, Any] = {
            "minutes": seconds / 60,
            "pace": PACE,
            "warm_up_s": warm_up_s,
            "load": os.getloadavg()[2],
            "faults": self.faults,
            "tracebacks": said.count("Traceback (most recent call last)"),
            "longest_gap_s": round(self.table.longest_gap_s, 2),
            "stage_p99_ms": p99[len(p99) // 2] if p99 else None,
            "shared_mb_more": shared[-1] - shared[0] if shared else None,
            "processes": processes,
            "rows": self.rows,
        }
        return {**found, "missed": (missed := missed_bars(found)), "met": not missed}


def missed_bars(found: dict[str, Any]) -> list[str]:
    """Return in words which bars were missed; what was seen too little of is none."""
    missed = []
    for name, process in found["processes"].items():
        # Pages of files come and go with what else the machine does: they are no leak.
        slope = process["own_mb_an_hour"]
        if slope is not None and slope > _OWN_MB_AN_HOUR:
            missed.append(f"{name}: memory grows by {slope:.1f} MB/h")
        for held, most in _STEADY.items():
            more = process[f"{held}_more"]
            if more is not None and more > most:
                missed.append(f"{name}: {more:g} more {held}")
    if found["tracebacks"]:
        missed.append(f"{found['tracebacks']} tracebacks")
    if found["stage_p99_ms"] is not None and found["stage_p99_ms"] > _STAGE_P99_MS:
        missed.append(f"stage p99 {found['stage_p99_ms']:.0f} ms")
    if found["shared_mb_more"] is not None and found["shared_mb_more"] > _SHARED_MB:
        missed.append(f"shared memory grew by {found['shared_mb_more']:.1f} MB")
    return missed


def make_film(path: Path, seed: int) -> None:
    """Write a film of visitors of the simulated table, `PACE` times as fast as they are."""
    size = (640, 480)
    table = SimulatedTable(DIFFICULTIES["hands"], seed, size, _FPS)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), _FPS, size, False)
    for number in range(_FILM_S * _FPS):
        writer.write(table.frame_at(PACE * number / _FPS).pixels)
    writer.release()


def _say(found: dict[str, Any]) -> None:
    print("| process | lives | MB/h | own MB/h | descriptors more | threads more |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, process in found["processes"].items():
        slopes = [process["rss_mb_an_hour"], process["own_mb_an_hour"]]
        numbers = [*slopes, *(process[f"{held}_more"] for held in _STEADY)]
        shown = " | ".join("-" if n is None else f"{n:.1f}" for n in numbers)
        print(f"| {name} | {len(process['lives'])} | {shown} |")
    print(
        f"{found['minutes']:g} minutes, {len(found['faults'])} faults, load {found['load']:.1f}; "
        f"stage p99 {found['stage_p99_ms']} ms, {found['tracebacks']} tracebacks"
    )
    print("; ".join(found["missed"]) or "all bars met")


if __name__ == "__main__":
    main()
