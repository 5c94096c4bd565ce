"""The real process and the real PortAudio: no device, a wild one, or one that goes.

Spans exhibit.sound.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.null_sink import SINK, null_sink, pactl
from exhibit.contract.board import Heart, read_status
from exhibit.contract.settings.schema import Config
from exhibit.contract.settings.sound import SoundConfig
from tests.fakes.settings import begin_with, set_to
from tests.patience import PATIENCE_S, wait_until

NULL = "pcm.!default { type null hint { show on } }\n"
WITH_SERVER = pytest.mark.skipif(
    shutil.which("pulseaudio") is None or not Path("/etc/alsa/conf.d/50-pulseaudio.conf").exists(),
    reason="needs PulseAudio and its ALSA plugin",
)


def _has_cards() -> bool:
    cards = Path("/proc/asound/cards")
    return cards.exists() and "no soundcards" not in cards.read_text(encoding="ascii")


@contextmanager
def sound_process(run_dir: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    begin_with(run_dir, Config(sound=SoundConfig(enabled=True)))
    command = [sys.executable, "-m", "exhibit.sound", "--run-dir", str(run_dir)]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _status_when(run_dir: Path, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def look() -> bool:
        found.clear()
        found.update(read_status(run_dir, "sound"))
        return bool(found) and condition(found)

    wait_until(look, "what the sound says of itself")
    return found


@pytest.mark.skipif(_has_cards(), reason="needs a machine without a sound card")
def test_sound_on_a_machine_without_devices_says_so_and_lives_on(
    tmp_path: Path,
) -> None:
    nowhere = {"PULSE_SERVER": f"unix:{tmp_path}/none", "PIPEWIRE_REMOTE": "none"}
    with sound_process(tmp_path, {**nowhere, "XDG_RUNTIME_DIR": str(tmp_path)}) as process:
        status = _status_when(tmp_path, lambda status: bool(status["notices"]))
        assert status["state"] == "silent"
        (notice,) = status["notices"]
        assert notice["code"] == "no_sound"
        assert notice["text"].startswith("no sound: ")
        beat = Heart(tmp_path, "sound").last
        wait_until(lambda: Heart(tmp_path, "sound").last > beat, "a beat")
    assert process.returncode == 0


def test_sound_on_a_device_that_no_clock_paces_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "null.conf").write_text(NULL, encoding="utf-8")
    with sound_process(tmp_path, {"ALSA_CONFIG_PATH": str(tmp_path / "null.conf")}) as process:
        status = _status_when(tmp_path, lambda status: bool(status["notices"]))
        if "PortAudio is not installed" not in status["notices"][0]["text"]:
            assert "no clock paces it" in status["notices"][0]["text"]
        # It takes a whole core for as long as it is open; between two tries it is not.
        sound = psutil.Process(process.pid)

        def rests() -> bool:
            before, beat = sound.cpu_times(), Heart(tmp_path, "sound").last
            wait_until(lambda: Heart(tmp_path, "sound").last > beat + 0.4, "beats")
            passed_s = Heart(tmp_path, "sound").last - beat
            return sound.cpu_times().user - before.user < 0.5 * passed_s

        wait_until(rests, "a rest between two tries")


@WITH_SERVER
def test_sound_plays_on_a_server_falls_silent_when_it_goes_and_comes_back(tmp_path: Path) -> None:
    with null_sink(), sound_process(tmp_path, {}):
        _status_when(tmp_path, lambda status: status["state"] == "playing")
        set_to(tmp_path, {"sound": {"device": "no such device"}})
        missing = _status_when(tmp_path, lambda status: bool(status["notices"]))
        assert "no such device" in missing["notices"][0]["text"]
        set_to(tmp_path, {"sound": {"device": ""}})
        _status_when(tmp_path, lambda status: status["state"] == "playing")
        pactl("suspend-sink", SINK, "1")
        _status_when(tmp_path, lambda status: "asked for no sound" in str(status["notices"]))
        pactl("suspend-sink", SINK, "0")
        _status_when(tmp_path, lambda status: status["state"] == "playing")


@WITH_SERVER
def test_sound_outlives_its_server_and_plays_on_the_next_one(tmp_path: Path) -> None:
    reached = {"XDG_RUNTIME_DIR": str(tmp_path / "run")}
    (tmp_path / "run").mkdir(mode=0o700)
    with sound_process(tmp_path, reached) as process:
        with null_sink(tmp_path / "run"):
            _status_when(tmp_path, lambda status: status["state"] == "playing")
        _status_when(tmp_path, lambda status: bool(status["notices"]))
        with null_sink(tmp_path / "run"):
            status = _status_when(tmp_path, lambda status: status["state"] == "playing")
            assert status["notices"] == []
    assert process.returncode == 0
