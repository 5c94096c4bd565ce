"""The sound's process follows settings and gestures, and tells the operator how it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from exhibit.contract.board import read_status
from exhibit.contract.errors import NOTHING_TO_DO
from exhibit.contract.records import Gesture, Heard, RecordReader, RecordWriter
from exhibit.contract.settings.schema import Config
from exhibit.contract.table_state import TableState
from exhibit.sound.player import Player
from exhibit.sound.portaudio import PortAudio
from exhibit.sound.process import SoundProcess
from exhibit.sound.score import BLOCK
from tests.fakes.clock import FakeClock
from tests.fakes.portaudio import Device, FakeSoundDevice, FakeStream
from tests.fakes.settings import begin_with, set_to

BLOCK_S = BLOCK / 48000.0
TUESDAY_NOON = datetime(2026, 3, 3, 12, 0)


@dataclass
class Table:
    """A run folder with a sound process, a loudspeaker, and perhaps a microphone."""

    run_dir: Path
    fake: FakeSoundDevice
    clock: FakeClock = field(default_factory=FakeClock)
    local: datetime = TUESDAY_NOON
    hums: float = 0.0

    def __post_init__(self) -> None:
        begin_with(self.run_dir, Config())
        library = PortAudio(self.fake.load)
        self.sound = SoundProcess(
            self.run_dir, library, self.clock, lambda: self.local, self._make_player
        )

    def _make_player(self, rate: float, channels: int) -> Player:
        # The tests' own process stays an ordinary one.
        return Player(rate, channels, 1, self.clock, lambda: "")

    def go(self, seconds: float) -> dict[str, Any]:
        for number in range(round(seconds / BLOCK_S)):
            self.sound.tick()
            self.clock.advance(BLOCK_S)
            for stream in self.fake.streams:
                if number % (stream.blocksize // BLOCK) == 0:
                    stream.pull(heard=self._hum(stream))
        return self.status()

    def status(self) -> dict[str, Any]:
        return read_status(self.run_dir, "sound")

    def set(self, **sound: Any) -> int:
        return set_to(self.run_dir, {"sound": sound})

    def playing(self) -> list[FakeStream]:
        return [s for s in self.fake.streams if not s.closed and not s.device.inputs]

    def _hum(self, stream: FakeStream) -> Any:
        if not stream.device.inputs:
            return None
        return np.full((stream.blocksize, stream.channels), self.hums, np.float32)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path, FakeSoundDevice(Device("speaker")))


def test_sound_is_off_until_somebody_turns_it_on_and_touches_no_library(table: Table) -> None:
    assert table.go(2.0)["state"] == "off"
    assert table.fake.loads == 0
    generation = table.set(enabled=True)
    status = table.go(2.0)
    assert (status["state"], status["generation"]) == ("playing", generation)
    assert (status["device"], status["rate"], status["channels"]) == ("speaker", 48000, 2)
    assert table.playing()


def test_sound_turned_off_lets_the_device_go(table: Table) -> None:
    table.set(enabled=True)
    table.go(2.0)
    table.set(enabled=False)
    status = table.go(3.0)
    assert (status["state"], status["notices"]) == ("off", [])
    assert not table.playing()


def test_sound_follows_the_pen_and_says_how_late(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is published bears the time of this table.
    monkeypatch.setattr("exhibit.contract.slot.time", SimpleNamespace(monotonic=table.clock))
    writer = RecordWriter(table.run_dir, Gesture, table.clock)
    table.set(enabled=True, bed=0.0, cues=0.0)
    writer.publish(0, 0.0, Gesture())
    table.go(1.0)
    (speaker,) = table.playing()
    assert np.abs(speaker.played[-1]).max() < 1e-4
    for number in range(1, 21):
        captured_at = table.clock.now
        writer.publish(number, captured_at, Gesture(speed=0.9, darkness=0.8, awake=1.0))
        speaker.pull()
        table.clock.advance(BLOCK_S)
    assert np.abs(speaker.played[-1]).max() > 0.001
    status = table.go(2.0)
    # The device's 20 ms and the limiter's block: the block after the word plays it.
    assert 25.0 < status["stroke_to_sound_ms"]["p50"] < 26.0
    assert status["callback_ms"]["p99"] >= 0.0
    # The engine has told nothing for two seconds: no pen goes on scratching.
    assert np.abs(speaker.played[-1]).max() < 1e-3


def test_sound_keeps_its_hours(table: Table) -> None:
    table.set(enabled=True, hours=["tue-sun 10:00-17:00"])
    assert table.go(2.0)["state"] == "playing"
    table.local = datetime(2026, 3, 3, 17, 0)
    assert table.go(4.0)["state"] == "closed"
    assert not table.playing()
    table.local = datetime(2026, 3, 4, 10, 0)
    assert table.go(3.0)["state"] == "playing"


def test_sound_without_a_device_is_told_on_the_page_and_nothing_else_is_wrong(
    tmp_path: Path,
) -> None:
    table = Table(tmp_path, FakeSoundDevice())
    table.set(enabled=True)
    status = table.go(2.0)
    assert (status["state"], status["faults"]) == ("silent", [])
    (reason,) = [
        reason
        for reason in TableState(tmp_path, table.clock).look()["reasons"]
        if reason["code"] == "no_sound"
    ]
    assert reason["text"].startswith("no sound: the system's output")


def test_listening_is_off_until_asked_for_and_gives_level_and_onset_alone(tmp_path: Path) -> None:
    table = Table(tmp_path, FakeSoundDevice(Device("line in", outputs=0, inputs=1)))
    heard = RecordReader(tmp_path, Heard)
    assert table.go(1.0)["listening"] is False
    assert not table.fake.streams
    table.set(listen=True)
    assert table.go(2.0)["listening"] is True
    assert heard.look() == Heard()
    table.hums = 0.1
    table.go(0.1)
    loud = heard.look()
    assert loud.level > 0.5
    assert loud.onset > 0.5
    table.go(3.0)
    steady = heard.look()
    assert steady.level > 0.5
    assert steady.onset < 0.1
    table.set(listen=False)
    assert table.go(1.5)["listening"] is False
    assert all(stream.closed for stream in table.fake.streams)
    assert heard.look_within(age_s=0.0) == Heard()


def test_microphone_that_is_missing_is_told_and_found_when_it_comes(tmp_path: Path) -> None:
    table = Table(tmp_path, FakeSoundDevice(Device("speaker")))
    table.set(enabled=True, listen=True)
    status = table.go(3.0)
    assert [notice["code"] for notice in status["notices"]] == ["no_listening"]
    assert status["state"] == "playing"
    table.fake.plugged.append(Device("line in", outputs=0, inputs=1))
    # Devices are listed anew only while none is open: sound pauses for it, once a minute.
    status = table.go(75.0)
    assert (status["listening"], status["notices"], status["state"]) == (True, [], "playing")
    steps = [np.abs(np.diff(np.concatenate(s.played), axis=0)).max() for s in table.fake.streams]
    assert max(steps) <= 0.05


def test_sound_that_is_told_to_end_fades_first(table: Table) -> None:
    table.set(enabled=True)
    table.go(2.0)

    def sleep(seconds: float) -> None:
        table.clock.advance(BLOCK_S)
        for stream in table.fake.streams:
            stream.pull()

    assert table.sound.run(lambda: True, sleep) == 0
    (speaker,) = table.fake.streams
    assert speaker.closed
    assert not speaker.played[-1].any()


def test_sound_that_is_turned_off_fades_and_says_that_nothing_is_to_do(table: Table) -> None:
    table.set(enabled=True)
    table.go(2.0)
    (speaker,) = table.fake.streams
    was_heard = len(speaker.played)

    def sleep(seconds: float) -> None:
        table.set(enabled=False)
        table.clock.advance(BLOCK_S)
        for stream in table.fake.streams:
            stream.pull()

    assert table.sound.run(lambda: False, sleep) == NOTHING_TO_DO
    assert speaker.closed and len(speaker.played) > was_heard
    assert not speaker.played[-1].any()


def test_sound_that_only_listens_goes_on(tmp_path: Path) -> None:
    table = Table(tmp_path, FakeSoundDevice(Device("microphone", outputs=0, inputs=1)))
    table.set(listen=True)
    table.go(0.2)
    looks = iter([False, False, True])
    assert table.sound.run(lambda: next(looks), lambda _: table.clock.advance(BLOCK_S)) == 0
