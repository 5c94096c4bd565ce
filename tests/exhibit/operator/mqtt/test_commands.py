from __future__ import annotations

from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient

from exhibit.operator.desk import Desk
from exhibit.operator.mqtt.commands import Commands
from tests.exhibit.operator.conftest import FakeTable
from tests.fakes.clock import FakeClock


@pytest.fixture
def commands(desk: Desk, clock: FakeClock) -> Commands:
    return Commands(desk, clock)


def _refused(desk: Desk) -> list[str]:
    return [r["text"] for r in desk.events.newest(50) if r["what"] == "mqtt refused"]


def _scene(admin: TestClient, name: str, settings: Mapping[str, object]) -> None:
    made = admin.put(f"/api/v1/scenes/{name}", json={"settings": settings, "fade_s": 0})
    assert made.is_success, made.text


def test_brightness_holds_and_is_not_saved(desk: Desk, commands: Commands) -> None:
    commands.apply({"brightness": b"0.3"})
    assert desk.settings.effective.stage.brightness == pytest.approx(0.3)
    assert "stage" not in desk.settings.saved
    assert _refused(desk) == []


def test_freeze_and_blank_reach_the_stage(table: FakeTable, commands: Commands) -> None:
    commands.apply({"freeze": b"ON", "blank": b"OFF"})
    told = table.told("stage")
    assert {"do": "freeze", "on": True} in told
    assert {"do": "blank", "on": False} in told


@pytest.mark.parametrize(
    ("name", "payload", "said"),
    [
        ("brightness", b"bright", "expected a number from -1 to 1"),
        ("brightness", b"nan", "expected a number from -1 to 1"),
        ("brightness", b"7", "brightness"),
        ("freeze", b"on", "expected ON or OFF"),
        ("blank", b"\xff\xfe", "not UTF-8"),
        ("scene", b"x" * 300, "longer than 200 bytes"),
        ("scene", b"Nowhere", "Nowhere"),
    ],
)
def test_what_cannot_be_done_is_recorded_once(
    table: FakeTable, desk: Desk, commands: Commands, name: str, payload: bytes, said: str
) -> None:
    before = desk.settings.effective
    for _ in range(3):
        commands.apply({name: payload})
    (refused,) = _refused(desk)
    assert said in refused
    assert desk.settings.effective == before


def test_a_scene_begins_and_no_more_than_one_a_second(
    table: FakeTable, desk: Desk, admin: TestClient, commands: Commands, clock: FakeClock
) -> None:
    for name in ("Day", "Night"):
        _scene(admin, name, {"stage": {"contrast": 1.1}})
    commands.apply({"scene": b"Day"})
    commands.apply({"scene": b"Night"})
    assert desk.scenes.book.active == "Day"
    assert "more than one scene a second" in _refused(desk)[0]
    clock.advance(1.1)
    commands.apply({"scene": b"Night"})
    assert desk.scenes.book.active == "Night"
