"""A report must add up over the engine's lives and count shared memory once."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from exhibit.contract.settings.schema import SupervisorConfig
from exhibit.supervisor.lives import add_life
from exhibit.supervisor.processes import ProcessSpec
from exhibit.supervisor.report import make_report
from exhibit.supervisor.resources import ResourceMeter, memory_of
from exhibit.supervisor.supervisor import Supervisor

TIMES = {"p50": 1.0, "p95": 2.0, "p99": 3.0}


def _supervisor(tmp_path: Path) -> Supervisor:
    table = [ProcessSpec("stage", "none"), ProcessSpec("engine", "none")]
    return Supervisor(table, SupervisorConfig(), tmp_path)


def test_report_of_a_restarted_engine_adds_up_its_lives(tmp_path: Path) -> None:
    supervisor = _supervisor(tmp_path)
    engine = supervisor.watched["engine"]
    first = {"frames_captured": 100, "frames_dropped": 3, "pictures": 40, "provider": "cuda"}
    life = {**first, "stages_ms": {"ink": TIMES, "encode": TIMES}}
    engine.past, engine.restarts = add_life({}, life), 1
    newest = {**first, "provider": "cpu", "stages_ms": {"ink": {**TIMES, "p50": 0.5}}}
    stage = {"stage_fps": 60.0, "stages_ms": {"compose": TIMES}}
    meter = ResourceMeter(now=10.0)
    report = make_report(supervisor, {"stage": stage, "engine": newest}, meter, now=14.0)
    assert report["seconds"] == 4.0
    assert (report["frames_captured"], report["frames_dropped"], report["pictures"]) == (200, 6, 80)
    assert (report["provider"], report["engine_restarts"]) == ("cpu", 1)
    assert report["stages_ms"]["ink"]["p50"] == 0.5
    assert report["stages_ms"]["encode"] == report["stages_ms"]["compose"] == TIMES
    assert report["stages_ms"]["edit"] is None


def test_report_counts_underruns_over_all_lives_of_the_sound(tmp_path: Path) -> None:
    table = [ProcessSpec(name, "none") for name in ("stage", "engine", "sound")]
    supervisor = Supervisor(table, SupervisorConfig(), tmp_path)
    supervisor.watched["sound"].past = add_life({}, {"underruns": 3, "device": "old"})
    newest = {"underruns": 2, "device": "speaker", "callback_ms": TIMES}
    statuses = {"stage": {}, "engine": {}, "sound": newest}
    report = make_report(supervisor, statuses, ResourceMeter(0.0), now=1.0)
    assert report["sound"] == {
        "device": "speaker",
        "underruns": 5,
        "callback_ms": TIMES,
        "stroke_to_sound_ms": None,
        "told_to_sound_ms": None,
    }


def test_report_before_anything_was_measured_has_all_keys(tmp_path: Path) -> None:
    empty = {"stage": {}, "engine": {}}
    report = make_report(_supervisor(tmp_path), empty, ResourceMeter(0.0), now=1.0)
    assert report["provider"] is None
    assert report["camera_to_light_ms"] is None
    assert report["pictures"] == 0


def test_resource_meter_adds_up_processor_time_of_processes_that_ended() -> None:
    meter = ResourceMeter(now=0.0)
    meter.sample([os.getpid()], now=0.0)
    used = meter.cpu_percent(now=1.0)
    meter.sample([2**22 + 1], now=0.5)
    assert meter.cpu_percent(now=1.0) == used > 0
    assert meter.peak_mb > 1


def test_resource_meter_weighs_seldom_and_counts_processor_time_always() -> None:
    meter = ResourceMeter(now=0.0)
    meter.sample([], now=0.0)
    meter.sample([os.getpid()], now=4.9)
    assert meter.peak_mb == 0 and meter.cpu_percent(now=5.0) > 0
    meter.sample([os.getpid()], now=5.0)
    assert meter.peak_mb > 1


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's PSS")
def test_memory_of_a_process_is_its_share_of_what_is_resident() -> None:
    process = psutil.Process()
    assert 0 < memory_of(process) <= process.memory_info().rss * 1.05
