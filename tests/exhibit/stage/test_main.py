"""The real stage process: on an X server where there is one, and when it is asked to end."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.faults.window import to_all_windows
from exhibit.contract.board import read_status
from exhibit.contract.errors import CLOSED
from exhibit.contract.settings.schema import Config, ModelConfig, StageConfig
from tests.fakes.settings import begin_with
from tests.patience import PATIENCE_S, wait_until

SETTINGS = Config(
    stage=StageConfig(width=320, height=200), model=ModelConfig(bundle="none-installed")
)


@contextmanager
def stage_process(
    folder: Path, *arguments: str, settings: Config = SETTINGS, **environment: str
) -> Iterator[subprocess.Popen]:
    begin_with(folder, settings)
    command = [sys.executable, "-m", "exhibit.stage", "--run-dir", str(folder)]
    process = subprocess.Popen([*command, *arguments], env={**os.environ, **environment})
    try:
        wait_until(lambda: read_status(folder, "stage").get("frames"), "frames of the stage")
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def x_display() -> Iterator[str]:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "640x400x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as numbers:
        number = numbers.readline().strip()
    try:
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def test_stage_full_screen_takes_the_displays_own_size(tmp_path: Path, x_display: str) -> None:
    with stage_process(tmp_path, "--fullscreen", DISPLAY=x_display, SDL_VIDEODRIVER="x11"):
        status = read_status(tmp_path, "stage")
    assert status["driver"] == "x11"
    assert status["size_px"] == [640, 400]


@pytest.mark.parametrize(
    ("call", "code"), [("XDestroyWindow", 1), ("XKillClient", 1), ("XUnmapWindow", 0)]
)
def test_stage_whose_window_is_taken_away_ends_for_another_one(
    tmp_path: Path, x_display: str, call: str, code: int
) -> None:
    with stage_process(tmp_path, "--fullscreen", DISPLAY=x_display, SDL_VIDEODRIVER="x11") as stage:
        to_all_windows(x_display, call)
        assert stage.wait(timeout=PATIENCE_S) == code


def test_stage_with_a_damaged_calibration_shows_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "calibration.yaml").write_text("camera: [\n")
    settings = SETTINGS.model_copy(update={"calibration": tmp_path / "calibration.yaml"})
    with stage_process(tmp_path, "--headless", settings=settings):
        faults = read_status(tmp_path, "stage")["faults"]
    assert any("runs uncalibrated" in fault for fault in faults)


def test_stage_asked_to_end_ends_cleanly(tmp_path: Path) -> None:
    with stage_process(tmp_path, "--headless") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0
    assert not (tmp_path / "stage.sock").exists()


@pytest.mark.parametrize(("ending", "code"), [("by hand", CLOSED), ("outgrown", 0), ("hidden", 0)])
def test_stage_says_whether_a_person_closed_its_window(
    tmp_path: Path, ending: str, code: int
) -> None:
    """A projector that was plugged in again must not end the table."""
    script = (
        "from exhibit.stage.window import Ending, Window\n"
        f"Window.asked_to_close = lambda self: Ending({ending!r})\n"
        "from exhibit.stage.__main__ import main\n"
        "main()"
    )
    begin_with(tmp_path, SETTINGS)
    given = ["--run-dir", str(tmp_path), "--headless"]
    ended = subprocess.run([sys.executable, "-c", script, *given], check=False)
    assert ended.returncode == code


def test_stage_without_a_display_says_so_in_one_line(tmp_path: Path) -> None:
    begin_with(tmp_path, SETTINGS)
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "-m", "exhibit.stage", "--run-dir", str(tmp_path)]
    ended = subprocess.run(
        [*command, "--fullscreen"],
        env={**environment, "SDL_VIDEODRIVER": "x11"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 2
    assert "stage.display" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_run_on_a_display_that_is_not_there_says_one_line(tmp_path: Path, x_display: str) -> None:
    """The engine, which was opening its bundle, was then told to have been killed."""
    config = tmp_path / "config.yaml"
    config.write_text("camera: {source: simulated}\nstage: {display: 1}\n", encoding="utf-8")
    command = [sys.executable, "-c", "from exhibit.cli import main; main()", "run"]
    ran = subprocess.run(
        [*command, "--config", str(config)],
        env={**os.environ, "DISPLAY": x_display, "SDL_VIDEODRIVER": "x11"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "Error: stage.display: 1 is not connected; expected a whole number from 0 to 0"
    ]
