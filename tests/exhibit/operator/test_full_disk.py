"""A disk that is full at any moment: everything is refused by name or done, and nothing is lost.

Spans everything of the page that writes into the state folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from exhibit.contract.settings.overrides import saved_overrides
from exhibit.operator.desk import Desk
from exhibit.operator.state.scenes import Scene, SceneBook
from exhibit.operator.state.visits import Visit
from tests.exhibit.operator.conftest import PASSWORD, FakeTable
from tests.fakes.small_disk import empty, fill, small_disk

SIZE_BYTES = 2_000_000
NEW_PASSWORD = "a rubber and a knife"
CHANGES: dict[str, tuple[str, str, object]] = {
    "settings": ("PATCH", "settings", {"ink": {"threshold": 0.5}}),
    "overrides": ("PUT", "config/overrides", {"text": "ink: {threshold: 0.5}\n"}),
    "reset": ("POST", "settings/reset", {"keys": ["ink.threshold"]}),
    "scene": ("PUT", "scenes/Morning", {"settings": {}}),
    "scene gone": ("DELETE", "scenes/Evening", None),
    "schedule": ("PUT", "schedule", {"entries": [{"at": "09:30", "scene": "Evening"}]}),
    "password": ("POST", "password", {"password": PASSWORD, "new_password": NEW_PASSWORD}),
    "token": ("POST", "tokens", {"name": "new", "role": "viewer"}),
    "login": ("POST", "login", {"password": "of somebody else"}),
    "safe mode": ("POST", "safe-mode", {"on": True}),
    "backup": ("GET", "backup.zip?bundle=false", None),
    "diagnostics": ("GET", "diagnostics.zip", None),
    "log": ("GET", "log", None),
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """The state folder on a file system of its own, which can be filled."""
    with small_disk(tmp_path / "state", SIZE_BYTES) as state:
        yield state


@pytest.fixture
def furnished(disk: Path, table: FakeTable, desk: Desk, admin: TestClient) -> Desk:
    desk.settings.change({"ink": {"threshold": 0.7}}, "kim")
    desk.scenes.write(SceneBook().with_scene(Scene(name="Evening")))
    desk.visits.add(Visit(0.0, 60.0, 30.0, False), 100.0)
    return desk


@pytest.mark.parametrize("what", CHANGES)
def test_full_disk_refuses_what_cannot_be_kept_and_loses_nothing(
    disk: Path, furnished: Desk, admin: TestClient, what: str
) -> None:
    method, place, body = CHANGES[what]
    fill(disk)
    answer = admin.request(method, f"/api/v1/{place}", json=body)
    assert answer.status_code in (200, 201, 202, 204, 401, 507), answer.text
    if answer.status_code == 507:
        assert "No space left on device" in answer.text
    # What was not kept does not hold either, and what was set is on the disk.
    on_disk = saved_overrides(furnished.settings.layers.file)
    assert not on_disk.complaints
    assert furnished.settings.effective.ink.threshold == 0.7 or answer.status_code == 200
    empty(disk)
    again = admin.request(method, f"/api/v1/{place}", json=body)
    assert again.status_code in (200, 201, 202, 204, 401), again.text
    assert [path.name for path in disk.rglob(".*") if path.is_file()] == []


@pytest.mark.parametrize("room", [0, 4096, 20_000])
def test_disk_that_fills_while_much_is_written_leaves_nothing_half(
    disk: Path, furnished: Desk, admin: TestClient, room: int
) -> None:
    fill(disk)
    os.truncate(disk / "filler", (disk / "filler").stat().st_size - room)
    for number in range(30):
        furnished.visits.add(Visit(0.0, 60.0, 30.0, False), 100.0)
        furnished.events.add("fault", text="x" * 900)
        admin.patch("/api/v1/settings", json={"ink": {"threshold": 0.5 + number / 100}})
    held = furnished.settings.effective.ink.threshold
    assert saved_overrides(furnished.settings.layers.file).layer["ink"]["threshold"] == held
    assert furnished.events.newest(1)[0]["text"] == "x" * 900
    assert furnished.events.fault
    assert furnished.visits.fault
    empty(disk)
    furnished.visits.add(Visit(0.0, 60.0, 30.0, False), 100.0)
    furnished.events.add("fault", text="over")
    assert (furnished.events.fault, furnished.visits.fault, furnished.visits.damage) == ("", "", "")
    assert furnished.visits.summary(3, 0)["sheets"] >= 2
