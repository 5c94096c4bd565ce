"""How well this machine runs the table: a run on the simulated camera, against what is asked of it.

Two runs: one as a museum would run it, and one with more frames than the machine can answer, which
shows whether the stage stays steady beside a saturated engine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.directions import load_directions
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import Published
from exhibit.contract.settings.schema import Config
from exhibit.supervisor.processes import process_table
from exhibit.supervisor.run_folder import run_folder
from exhibit.supervisor.session import Session

# Frames come as fast as they can, and each is answered, settled or not.
SATURATED: dict[str, Any] = {"camera": {"fps": 240}, "ink": {"answer": "live"}}
RESTLESS = {"kind": "sine", "depth": 1.0, "period_s": 5.0}
SIMULATED = {"camera": {"source": "simulated"}, "web": {"port": 0}}


@dataclass(frozen=True, slots=True)
class Measure:
    """One number against its bound; None where nothing could be measured."""

    what: str
    value: float | None
    unit: str
    bound: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the bound holds."""
        if self.value is None:
            return False
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def measure_table(config: Config, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Run the table twice and return both reports and the measures.

    Args:
        config: effective configuration; camera and web port are replaced.
        seconds: length of each run.
        say: prints a line of progress.

    Returns:
        `as_shipped` and `saturated` (reports with `first_picture_s`), and `measures`.
    """
    config = apply_overrides(config, SIMULATED, "bench")
    say(f"running the table on the simulated camera for {seconds:g} s ...")
    shipped = _run(config, seconds)
    say(f"once more with a saturated engine for {seconds:g} s ...")
    saturated = _run(apply_overrides(config, saturating(config), "bench"), seconds)
    measures = [asdict(m) | {"met": m.met} for m in compare(shipped, saturated)]
    return {"as_shipped": shipped, "saturated": saturated, "measures": measures}


def saturating(config: Config) -> dict[str, Any]:
    """Return overrides that give the engine more to do than it can.

    A direction that never rests, where the bundle has one, makes every frame a picture.
    """
    bundle = load_bundle(find_bundle(config.model.bundle))
    moving = [{"name": name, "modulation": RESTLESS} for name in list(load_directions(bundle))[:1]]
    return {**SATURATED, "editing": {"directions": moving}}


def compare(shipped: dict[str, Any], saturated: dict[str, Any]) -> list[Measure]:
    """Return what was measured beside what is asked of two processor cores."""
    light = shipped["camera_to_light_ms"] or {}
    interval = saturated["stage_interval_ms"] or {}
    memory = max(shipped["rss_mb_peak"], saturated["rss_mb_peak"])
    return [
        Measure("first picture after start", shipped["first_picture_s"], "s", 5.0),
        Measure("camera to light, p95", light.get("p95"), "ms", 250.0),
        Measure("stage, saturated engine", saturated["stage_fps"], "Hz", 59.5, True),
        Measure("stage interval, saturated engine, p99", interval.get("p99"), "ms", 20.0),
        Measure("memory of all processes, peak", memory, "MB", 700.0),
    ]


def _run(config: Config, seconds: float) -> dict[str, Any]:
    with run_folder() as folder:
        settings = Published(1, config, config)
        session = Session(folder, settings, process_table("headless"), lambda _: None)
        try:
            session.run(threading.Event(), seconds)
            return {**session.report(), "first_picture_s": session.first_picture_s}
        finally:
            session.close()
