"""What is rendered must be what a device plays, bit for bit."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from exhibit.cli import main
from exhibit.sound.events import Piece, read_piece
from exhibit.sound.player import Player
from exhibit.sound.portaudio import PortAudio
from exhibit.sound.render import render
from exhibit.sound.score import BLOCK
from tests.fakes.clock import FakeClock
from tests.fakes.portaudio import Device, FakeSoundDevice

EVENTS = [
    {"at": 0.0, "awake": 1.0, "place": [0.5, -1.0, 0.2]},
    {"at": 0.05, "cue": "fresh_sheet"},
    {"at": 0.2, "cue": "first_line", "speed": 0.7, "darkness": 0.8, "pan": -0.4, "travel": 0.5},
    {"at": 0.6, "speed": 0.0, "volume": 0.0},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.json"
    path.write_text(json.dumps({"seconds": 1.0, "seed": 5, "events": EVENTS}), encoding="utf-8")
    return path


def _wav(path: Path) -> bytes:
    return path.read_bytes()


def test_render_twice_gives_the_same_file(file: Path, tmp_path: Path) -> None:
    written = []
    for name in ("one.wav", "two.wav"):
        result = CliRunner().invoke(
            main, ["sound", "render", str(file), "-o", str(tmp_path / name)]
        )
        assert result.exit_code == 0, result.output
        written.append(_wav(tmp_path / name))
    assert written[0] == written[1]
    with wave.open(str(tmp_path / "one.wav"), "rb") as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (48000, 2, 2)
        assert sound.getnframes() / 48000 == pytest.approx(1.0, abs=BLOCK / 48000)


@pytest.mark.parametrize(("rate", "channels"), [(48000, 2), (44100, 2), (48000, 1)])
def test_device_plays_what_is_rendered(rate: int, channels: int) -> None:
    piece = Piece.model_validate(
        {"seconds": 1.0, "seed": 5, "rate": rate, "channels": channels, "events": EVENTS}
    )
    expected = render(piece)
    clock, fake = FakeClock(0.0), FakeSoundDevice(Device("speaker", channels, rate=float(rate)))
    library = PortAudio(fake.load)

    def make(found_rate: float, found_channels: int) -> Player:
        return Player(found_rate, found_channels, piece.seed, clock, lambda: "")

    stream, player = library.open("output", "", make)
    assert isinstance(player, Player)
    stream.start()
    player.scores = lambda: [score for at, score in piece.scores() if at <= clock.now][-1]
    for block in range(len(expected) // BLOCK):
        clock.now = block * BLOCK / rate
        fake.streams[0].pull()
    assert np.array_equal(np.concatenate(fake.streams[0].played), expected)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "expected a JSON file of events"),
        ('{"seconds": 1, "events": [{"at": 0, "speed": 3}]}', "events.0.speed"),
        ('{"events": []}', "seconds"),
    ],
)
def test_render_of_a_wrong_file_says_what_is_wrong(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, ["sound", "render", str(path), "-o", str(tmp_path / "o.wav")])
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "o.wav").exists()


def test_example_of_the_documentation_can_be_rendered() -> None:
    piece = read_piece(Path(__file__).parents[3] / "docs" / "sound-example.json")
    assert piece.events
