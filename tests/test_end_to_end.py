"""The real processes on the simulated table: what a visitor would see, and what may go wrong.

Spans all processes.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest

from exhibit.contract.board import RUN_PREFIX, Heart, read_status
from exhibit.contract.slot import Published, Slot
from exhibit.contract.socket_address import socket_address
from exhibit.supervisor.run_folder import memory_folder
from tests.fakes.bundle import write_bundle
from tests.patience import PATIENCE_S, wait_until

pytestmark = pytest.mark.table
CONFIG = """
camera: {{source: simulated, seed: 3}}
ink: {{settle_ms: 200}}
model: {{bundle: {bundle}, threads: 1}}
editing: {{ease_s: 0}}
stage: {{width: 320, height: 240, fps: 30, crossfade_ms: 100}}
web: {{port: 0}}
supervisor: {{heartbeat_timeout_s: 60}}
"""
EXHIBIT = [sys.executable, "-c", "from exhibit.cli import main; main()", "run", "--headless"]
RESTING_FRAMES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A running table."""

    process: subprocess.Popen[bytes]
    folder: Path
    report: Path
    manager: socket.socket

    def newest(self, slot: str) -> Published | None:
        """Return the newest picture of a slot, None before the first."""
        path = self.folder / f"{slot}.slot"
        return Slot.attach(path).peek() if path.exists() else None

    def status(self, name: str) -> dict[str, object]:
        """Return what a process says of itself."""
        return read_status(self.folder, name)

    def count(self, key: str) -> int:
        """Return a counter of the engine."""
        return int(str(self.status("engine").get(key, 0)))

    def pid(self, name: str) -> int:
        """Return the id of a process."""
        processes = self.status("supervisor")["processes"]
        assert isinstance(processes, dict)
        return int(processes[name]["pid"])

    def has_ink(self) -> bool:
        """Return whether the encoder is given any line."""
        ink = self.newest("ink")
        return ink is not None and bool((ink.pixels < 128).any())


class Rest:
    """True once frames went by without a new picture."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._version = -1
        self._begun = 0

    def __call__(self) -> bool:
        newest = self._table.newest("picture")
        frames = self._table.count("frames_captured")
        if newest is None or newest.version != self._version:
            self._version = -1 if newest is None else newest.version
            self._begun = frames
        return frames >= self._begun + RESTING_FRAMES


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    folder = tmp_path_factory.mktemp("table")
    bundle = write_bundle(folder / "bundle")
    config, report = folder / "config.yaml", folder / "report.json"
    config.write_text(CONFIG.format(bundle=bundle), encoding="utf-8")
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with socket_address(folder / "notify") as address:
        manager.bind(address)
    manager.setblocking(False)
    process = subprocess.Popen(
        [*EXHIBIT, "--config", str(config), "--report", str(report)],
        env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "4000000"},
    )
    pattern = f"{RUN_PREFIX}{process.pid}-*"
    try:
        wait_until(lambda: list(memory_folder().glob(pattern)), "the run folder")
        yield Table(process, next(memory_folder().glob(pattern)), report, manager)
    finally:
        process.kill()
        process.wait()
        manager.close()


def test_table_rests_while_nothing_moves_and_answers_a_drawing(table: Table) -> None:
    wait_until(lambda: table.newest("picture"), "the first picture")
    wait_until(Rest(table), f"{RESTING_FRAMES} frames without a new picture")
    first = table.newest("picture")
    assert first is not None
    wait_until(table.has_ink, "a line in the encoder's ink")

    def answered() -> bool:
        picture = table.newest("picture")
        return picture is not None and not np.array_equal(picture.pixels, first.pixels)

    wait_until(answered, "a picture that answers the drawing")


def test_table_shows_the_answer_on_the_stage_and_in_the_browser(table: Table) -> None:
    wait_until(lambda: table.status("stage").get("state") == "picture", "a picture on stage")

    def shown() -> bool:
        # What pages show of the stage is made once a second until somebody looks.
        composite = table.newest("composite")
        return composite is not None and composite.pixels.std() > 1

    wait_until(shown, "the picture in what pages show")
    composite = table.newest("composite")
    assert composite is not None and composite.pixels.shape == (240, 320, 3)
    wait_until(lambda: table.status("web").get("url"), "the web address")
    with urllib.request.urlopen(
        f"{table.status('web')['url']}stage.jpg", timeout=PATIENCE_S
    ) as answer:
        assert answer.read(2) == b"\xff\xd8"


def test_table_engine_killed_is_back_while_the_stage_goes_on(table: Table) -> None:
    stage, engine = table.pid("stage"), table.pid("engine")
    stage_heart = Heart(table.folder, "stage")
    os.kill(engine, signal.SIGKILL)
    beat = stage_heart.last
    wait_until(lambda: stage_heart.last > beat + 0.2, "the stage going on without engine")
    before = table.newest("picture")
    assert before is not None
    wait_until(
        lambda: (newest := table.newest("picture")) and newest.version > before.version,
        "pictures back after the engine's death",
    )
    wait_until(lambda: table.pid("engine") != engine, "the new engine in the status")
    assert table.pid("stage") == stage


def test_table_asked_to_end_leaves_nothing_behind_and_reports(table: Table) -> None:
    # An engine that was killed may not have told of its answers, and the next one not yet.
    wait_until(
        lambda: "synthesise" in table.status("engine").get("stages_ms", {}),
        "the new engine's times in its status",
    )
    pids = [table.pid(name) for name in ("stage", "engine", "web")]
    table.process.send_signal(signal.SIGTERM)
    assert table.process.wait(timeout=PATIENCE_S) == 0
    assert [pid for pid in pids if psutil.pid_exists(pid)] == []
    assert not table.folder.exists()
    heard = table.manager.recv(256), table.manager.recv(256)
    assert heard == (b"READY=1\nSTATUS=showing", b"WATCHDOG=1")
    report = json.loads(table.report.read_text(encoding="utf-8"))
    percentiles = {"p50", "p95", "p99"}
    assert set(report) == {
        "seconds",
        "provider",
        "frames_captured",
        "frames_dropped",
        "pictures",
        "stage_fps",
        "stage_interval_ms",
        "camera_to_light_ms",
        "stages_ms",
        "sound",
        "engine_restarts",
        "rss_mb_peak",
        "cpu_percent",
    }
    stages = {"ink", "recall", "encode", "edit", "synthesise", "compose"}
    assert set(report["stages_ms"]) == stages
    assert report["stages_ms"].pop("recall") is None, "the test's bundle has no memory"
    assert all(set(stage) == percentiles for stage in report["stages_ms"].values())
    assert set(report["camera_to_light_ms"]) == set(report["stage_interval_ms"]) == percentiles
    assert report["engine_restarts"] == 1
    assert report["pictures"] > 1
    assert report["rss_mb_peak"] > 0
