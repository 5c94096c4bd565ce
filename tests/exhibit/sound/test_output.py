"""Every fault of a sound device ends in silence, a reason, and another try; nothing else ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from exhibit.contract.values import Floats
from exhibit.sound.output import Output
from exhibit.sound.player import Player
from exhibit.sound.portaudio import PortAudio
from exhibit.sound.score import BLOCK, Levels, Score
from tests.fakes.clock import FakeClock
from tests.fakes.portaudio import Device, FakeSoundDevice, FakeStream

LOUD = Score(speed=1.0, darkness=1.0, awake=1.0, levels=Levels())
BLOCK_S = BLOCK / 48000.0
LARGEST_STEP = 0.05


class Room:
    """A loudspeaker's room: `go` lets time pass, during which devices ask for sound."""

    def __init__(self, *plugged: Device) -> None:
        self.clock, self.fake = FakeClock(), FakeSoundDevice(*plugged)

        def make(rate: float, channels: int) -> Player:
            return Player(rate, channels, 1, self.clock, lambda: "")

        self.output = Output(PortAudio(self.fake.load), lambda: LOUD, self.clock, make)

    def go(self, seconds: float, wanted: str | None = "") -> None:
        for _ in range(round(seconds / BLOCK_S)):
            self.output.play(wanted)
            self.clock.advance(BLOCK_S)
            for stream in self.fake.streams:
                stream.pull()

    @property
    def stream(self) -> FakeStream:
        return self.fake.streams[-1]


def _sound(stream: FakeStream) -> Floats:
    return np.concatenate(stream.played)


def test_output_without_the_library_says_so_and_plays_once_it_is_there() -> None:
    room = Room(Device("speaker"))
    room.fake.missing = True
    room.go(1.0)
    assert room.output.fault.startswith("no sound: PortAudio is not installed")
    room.fake.missing = False
    room.go(10.0)
    assert (room.output.fault, room.stream.device.name) == ("", "speaker")


def test_output_without_any_device_plays_on_one_that_is_plugged_in() -> None:
    room = Room()
    room.go(1.0)
    assert "the system's output: Error querying device" in room.output.fault
    # The library lists devices once: without looking anew it would never see this one.
    room.fake.plugged.append(Device("speaker"))
    room.go(10.5)
    assert room.output.fault == ""
    assert _sound(room.stream).any()


def test_output_named_but_missing_says_which_and_takes_no_other() -> None:
    room = Room(Device("speaker"))
    room.go(1.0, "Bose")
    assert "'Bose': No output device matching" in room.output.fault
    assert not room.fake.streams
    room.fake.plugged.append(Device("Bose 101"))
    room.go(10.5, "Bose")
    assert room.stream.device.name == "Bose 101"


def test_output_in_use_is_tried_until_it_is_free() -> None:
    device = Device("speaker", in_use=True)
    room = Room(device)
    room.go(1.0)
    assert "Device unavailable" in room.output.fault
    device.in_use = False
    room.go(10.5)
    assert room.output.fault == ""


def test_output_unplugged_falls_silent_and_comes_back() -> None:
    device = Device("speaker")
    room = Room(device)
    room.go(1.0)
    room.fake.unplug(device)
    room.go(1.0)
    assert room.output.fault.startswith("no sound: ")
    assert room.fake.streams[0].closed
    room.fake.plugged.append(device)
    room.go(10.5)
    assert room.output.fault == ""
    assert len(room.fake.streams) == 2
    again = _sound(room.stream)
    assert np.abs(again[0]).max() < 1e-4
    assert np.abs(np.diff(again, axis=0)).max() <= LARGEST_STEP


def test_output_that_no_clock_paces_is_left_before_it_takes_a_core() -> None:
    room = Room(Device("null"))
    room.output.play("")
    room.stream.pull(100_000)
    assert len(room.stream.played) < 2.0 / BLOCK_S
    room.go(0.1)
    assert "no clock paces it" in room.output.fault
    assert room.stream.closed


def test_output_that_stops_asking_is_opened_again() -> None:
    room = Room(Device("speaker"))
    room.go(1.0)
    asleep = room.stream
    for _ in range(30):
        room.clock.advance(0.1)
        room.output.play("")
    assert asleep.closed
    room.go(2.0)
    assert room.stream is not asleep
    assert room.output.fault == ""


def test_output_that_is_slow_at_first_is_not_left() -> None:
    # PulseAudio's null sink begins at a third of real time.
    room = Room(Device("sink"))
    for _ in range(300):
        room.output.play("")
        room.clock.advance(3 * BLOCK_S)
        room.stream.pull()
    assert (room.output.fault, len(room.fake.streams)) == ("", 1)


def test_output_gets_less_eager_while_a_device_stays_away() -> None:
    room, tries = Room(), []
    refresh = room.output._library.refresh
    room.output._library.refresh = lambda: (tries.append(room.clock.now), refresh())  # type: ignore[method-assign,func-returns-value]
    room.go(130.0)
    waits = np.diff(tries)
    assert waits[0] < 1.0
    assert 59.0 < waits[-1] < 61.0


@pytest.mark.parametrize("wanted", [None, "other"])
def test_output_that_is_left_fades_first(wanted: str | None) -> None:
    room = Room(Device("speaker"), Device("other", outputs=1, rate=44100.0))
    room.go(2.0)
    first = room.stream
    room.go(3.0, wanted)
    left = _sound(first)
    assert first.closed
    assert not left[-BLOCK:].any()
    assert np.abs(np.diff(left, axis=0)).max() <= LARGEST_STEP
    assert np.abs(left).max() > 0.01
    if wanted is not None:
        assert (room.stream.channels, room.stream.samplerate) == (1, 44100.0)
        assert _sound(room.stream).shape[1] == 1
        assert np.abs(_sound(room.stream)).max() > 0.01


def test_output_wanted_again_while_it_fades_goes_on() -> None:
    room = Room(Device("speaker"))
    room.go(1.0)
    room.go(0.2, None)
    room.go(1.0)
    assert len(room.fake.streams) == 1
    assert np.abs(_sound(room.stream)[-BLOCK:]).max() > 0.001
    assert np.abs(np.diff(_sound(room.stream), axis=0)).max() <= LARGEST_STEP


def test_output_counts_underruns_over_all_devices_but_not_the_first_block() -> None:
    device = Device("speaker")
    room = Room(device)
    room.output.play("")
    room.stream.pull(late=True)
    assert room.output.underruns == 0
    room.stream.pull(3, late=True)
    room.fake.unplug(device)
    room.fake.plugged.append(device)
    room.go(2.0)
    room.stream.pull(2, late=True)
    assert room.output.underruns == 5


@pytest.mark.parametrize("crash", [RuntimeError("odd"), MemoryError(), KeyError("index")])
def test_output_of_a_library_that_raises_anything_goes_on_trying(
    crash: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(Device("speaker"))
    query: Callable[..., object] = room.fake.query_devices

    def fail(*_: object) -> None:
        raise crash

    monkeypatch.setattr(room.fake, "query_devices", fail)
    room.go(1.0)
    assert room.output.fault
    monkeypatch.setattr(room.fake, "query_devices", query)
    room.go(10.5)
    assert room.output.fault == ""
