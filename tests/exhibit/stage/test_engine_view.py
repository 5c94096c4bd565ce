import struct
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.board import write_status
from exhibit.contract.slot import Slot
from exhibit.stage.engine_view import EngineView
from tests.patience import wait_until

STALE_S = 1.5


class Engine:
    """An engine whose heartbeat and pictures carry the test's own time."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self.slot = Slot.create(run_dir / "picture.slot", 64)

    def beat(self, now: float) -> None:
        (self._run_dir / "engine.beat").write_bytes(struct.pack("<d", now))

    def send(self, now: float) -> None:
        self.beat(now)
        self.slot.publish(1, now, np.zeros((8, 8), np.uint8))

    def say(self, state: str) -> None:
        write_status(self._run_dir, "engine", {"state": state})


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


def test_look_before_the_engine_exists_finds_no_picture(tmp_path: Path) -> None:
    view = EngineView(tmp_path)
    view.look(1.0, STALE_S)
    assert view.picture is None
    assert not view.idle


def test_look_dead_engine_loses_its_picture_until_it_sends_another(
    engine: Engine, tmp_path: Path
) -> None:
    view = EngineView(tmp_path)
    engine.send(10.0)
    view.look(10.0, STALE_S)
    assert view.picture is not None
    view.look(11.6, STALE_S)
    assert view.picture is None
    engine.beat(12.0)
    view.look(12.0, STALE_S)
    assert view.picture is None
    engine.send(12.5)
    view.look(12.5, STALE_S)
    assert view.picture is not None


def test_look_engine_that_made_a_new_slot_is_followed(engine: Engine, tmp_path: Path) -> None:
    view = EngineView(tmp_path)
    engine.send(10.0)
    view.look(10.0, STALE_S)
    successor = Engine(tmp_path)
    successor.send(11.0)

    def is_followed() -> bool:
        view.look(11.0, STALE_S)
        return view.picture is not None and view.picture.captured_at == 11.0

    wait_until(is_followed, "the new slot is found")


def test_look_first_picture_after_a_silence_ends_idle_before_the_status_says_so(
    engine: Engine, tmp_path: Path
) -> None:
    view = EngineView(tmp_path)
    engine.say("idle")
    engine.send(10.0)
    view.look(10.0, STALE_S)
    assert view.idle
    engine.send(30.0)
    view.look(30.0, STALE_S)
    assert not view.idle
    engine.say("showing")
    engine.beat(34.0)
    view.look(34.0, STALE_S)
    assert not view.idle


def test_look_pictures_that_keep_coming_do_not_end_idle(engine: Engine, tmp_path: Path) -> None:
    view = EngineView(tmp_path)
    engine.say("idle")
    for tenth in range(100, 180):
        engine.send(tenth / 10)
        view.look(tenth / 10, STALE_S)
    assert view.idle
