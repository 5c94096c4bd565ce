"""A real table on the simulated camera, and a browser that claims its page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from exhibit.contract.board import RUN_PREFIX, read_status
from exhibit.supervisor.run_folder import memory_folder
from tests.patience import PATIENCE_S, wait_until

PASSWORD = "a calm museum evening"
CHROMIUM = shutil.which("chromium")
# Without the last, Chromium begins requests anew for each certificate that it overrides, and now
# and then gives up: ERR_TOO_MANY_RETRIES.
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--ignore-certificate-errors"]
IN_CHROMIUM = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"),
]
AA = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
"""What axe looks for."""
_EXHIBIT = [sys.executable, "-c", "from exhibit.cli import main; main()", "run", "--headless"]
_CONFIG = """\
# The museum's own file, with its comments.
camera: {{source: {source}, fps: 15, seed: {seed}, difficulty: {difficulty}}}
ink: {{settle_ms: 200}}
model: {{bundle: {bundle}, threads: 1}}
editing: {{ease_s: 0.1}}
stage: {{width: 640, height: 400, fps: 30}}
web: {{port: 0}}
operator: {{port: 0}}
supervisor: {{heartbeat_timeout_s: 60}}
"""


@dataclass(frozen=True, slots=True, eq=False)
class RunningTable:
    """A table that runs; `run_dir` is shared by its processes, `log` takes all they print."""

    run_dir: Path
    log: Path

    def status(self, name: str) -> dict[str, Any]:
        """Return what a process says of itself, empty while it is written."""
        try:
            return read_status(self.run_dir, name)
        except ValueError:
            return {}

    @property
    def url(self) -> str:
        """Where the page is, without a slash at the end."""
        return str(self.status("operator")["url"]).rstrip("/")

    @property
    def shown_password(self) -> str:
        """The password that the console shows."""
        lines = [line for line in self.status("operator")["console"] if "password" in line]
        return str(lines[0]).rpartition(": ")[2]

    def pid(self, name: str) -> int | None:
        """Return the process id, None while it does not run."""
        found = self.status("supervisor").get("processes", {}).get(name, {})
        return None if found.get("pid") is None else int(found["pid"])


@contextmanager
def running_table(
    folder: Path,
    bundle: Path,
    seed: int = 3,
    difficulty: str = "clean",
    source: Path | str = "simulated",
    more: str = "",
) -> Iterator[RunningTable]:
    """Run a table until the block ends.

    Args:
        folder: takes its config.yaml and its state.
        bundle: folder of the bundle that answers.
        seed: of the simulated visitor.
        difficulty: of the simulated table.
        source: camera; or a folder of images that stands for one.
        more: further lines of its config.yaml.
    """
    config = folder / "config.yaml"
    config.write_text(
        _CONFIG.format(bundle=bundle, seed=seed, difficulty=difficulty, source=source) + more,
        encoding="utf-8",
    )
    command = [*_EXHIBIT, "--config", str(config)]
    log = folder / "table.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
        )
    pattern = f"{RUN_PREFIX}{process.pid}-*"
    try:
        wait_until(lambda: list(memory_folder().glob(pattern)), "the run folder")
        table = RunningTable(next(memory_folder().glob(pattern)), log)
        for name, key in (("operator", "url"), ("engine", "pictures")):
            wait_until(partial(_says, process, table, name, key), f"{name}: {key}")
        yield table
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _says(process: subprocess.Popen[bytes], table: RunningTable, name: str, key: str) -> bool:
    assert process.poll() is None, f"the table ended: {table.log.read_text(encoding='utf-8')}"
    return bool(table.status(name).get(key))


def claim(page: Any, table: RunningTable) -> None:
    """Claim a new table with the password that it shows, by keyboard alone."""
    page.goto(f"{table.url}/", wait_until="domcontentloaded")
    page.keyboard.type(table.shown_password)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{table.url}/first", wait_until="domcontentloaded")
