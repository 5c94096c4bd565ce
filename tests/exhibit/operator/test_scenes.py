"""Scenes must begin on time, fade, and never carry what could lose the picture.

Spans the book of scenes and what switches them.
"""

from __future__ import annotations

import time
from datetime import datetime

import httpx2
import pytest
from fastapi.testclient import TestClient

from exhibit.contract import plain_files
from exhibit.contract.errors import ConfigError, InputError
from exhibit.contract.second_copy import copy_of
from exhibit.contract.settings.layers import flat
from exhibit.contract.settings.published import read_published
from exhibit.contract.settings.reach import live_keys
from exhibit.operator.desk import Desk
from exhibit.operator.state.scenes import Entry, Scene, SceneBook, SceneFile, latest, upcoming
from exhibit.operator.switching import follow_schedule, switch_scene
from tests.exhibit.operator.conftest import DeskMaker
from tests.fakes.clock import FakeClock

EVENING = Scene(name="Evening", settings={"stage": {"contrast": 2.0, "tint": "#806040"}}, fade_s=4)
MORNING = Scene(name="Morning", settings={"stage": {"contrast": 1.0}}, fade_s=0)
SATURDAY = datetime(2026, 11, 21, 18, 0)


def _keep(desk: Desk, *scenes: Scene, schedule: tuple[Entry, ...] = ()) -> None:
    book = SceneBook()
    for scene in scenes:
        book = book.with_scene(scene)
    desk.scenes.write(book.with_schedule(schedule))


def test_latest_is_the_newest_moment_that_has_passed() -> None:
    schedule = (
        Entry(at="10:00", scene="Morning"),
        Entry(at="17:30", scene="Evening", days=("sat", "sun")),
        Entry(at="17:45", scene="Late", days=("mon",)),
    )
    found = latest(schedule, SATURDAY)
    assert found is not None
    assert (found[0], found[1].scene) == (datetime(2026, 11, 21, 17, 30), "Evening")
    coming = upcoming(schedule, SATURDAY)
    assert coming is not None
    assert (coming[0], coming[1].scene) == (datetime(2026, 11, 22, 10, 0), "Morning")


def test_latest_looks_back_a_week_and_not_further() -> None:
    weekly = (Entry(at="19:00", scene="Evening", days=("sat",)),)
    found = latest(weekly, SATURDAY)
    assert found is not None
    assert found[0] == datetime(2026, 11, 14, 19, 0)
    assert latest((), SATURDAY) is None


def test_latest_begins_at_the_wall_time_on_the_day_the_clock_changes() -> None:
    # On this Sunday Danish clocks go back from 3 to 2.
    schedule = (Entry(at="10:00", scene="Morning"),)
    found = latest(schedule, datetime(2026, 10, 25, 10, 0))
    assert found is not None
    assert found[0] == datetime(2026, 10, 25, 10, 0)


def test_latest_after_the_clock_went_back_is_what_has_begun() -> None:
    schedule = (Entry(at="09:00", scene="Morning"), Entry(at="02:30", scene="Evening"))
    begun = datetime(2026, 10, 25, 2, 30)
    for minute in (0, 29, 30, 59):
        now = datetime(2026, 10, 25, 2, minute)
        found, coming = latest(schedule, now, begun), upcoming(schedule, now, begun)
        assert found is not None
        assert (found[0], found[1].scene) == (begun, "Evening")
        assert coming is not None
        assert (coming[0], coming[1].scene) == (datetime(2026, 10, 25, 9, 0), "Morning")


def test_latest_after_a_wrong_clock_knows_the_schedule_alone() -> None:
    schedule = (Entry(at="09:00", scene="Morning"), Entry(at="11:00", scene="Evening"))
    found = latest(schedule, datetime(2026, 10, 25, 9, 30), datetime(2031, 2, 1, 11, 0))
    assert found is not None
    assert found[1].scene == "Morning"


def test_schedule_switches_once_and_a_switch_by_hand_lasts_until_the_next(desk: Desk) -> None:
    schedule = (Entry(at="10:00", scene="Morning"), Entry(at="17:30", scene="Evening"))
    _keep(desk, EVENING, MORNING, schedule=schedule)
    follow_schedule(desk, SATURDAY)
    assert desk.scenes.book.active == "Evening"
    switch_scene(desk, "Morning", "kim")
    follow_schedule(desk, SATURDAY.replace(hour=23))
    assert desk.scenes.book.active == "Morning"
    follow_schedule(desk, datetime(2026, 11, 22, 17, 31))
    assert desk.scenes.book.active == "Evening"


def _active_at(desk: Desk, *times: str) -> list[str | None]:
    found = []
    for at in times:
        follow_schedule(desk, datetime.fromisoformat(at))
        found.append(desk.scenes.book.active)
    return found


def test_schedule_clock_that_goes_back_keeps_the_scene_until_the_next_moment(
    make_desk: DeskMaker,
) -> None:
    desk = make_desk()
    schedule = (Entry(at="09:00", scene="Morning"), Entry(at="02:30", scene="Evening"))
    _keep(desk, EVENING, MORNING, schedule=schedule)
    autumn = ["2026-10-25 02:31", "2026-10-25 02:59", "2026-10-25 02:00", "2026-10-25 02:30"]
    assert _active_at(desk, *autumn) == ["Evening"] * 4
    switch_scene(desk, "Morning", "kim")
    assert _active_at(make_desk(), "2026-10-25 02:00", "2026-10-25 02:31") == ["Morning"] * 2
    switch_scene(desk, "Evening", "kim")
    assert _active_at(desk, "2026-10-25 08:59", "2026-10-25 09:00") == ["Evening", "Morning"]


@pytest.mark.parametrize("wrong", ["2026-11-21 15:00", "2031-02-01 10:00"])
def test_schedule_clock_corrected_by_far_keeps_the_scene_until_the_next_moment(
    desk: Desk, wrong: str
) -> None:
    schedule = (Entry(at="09:00", scene="Morning"), Entry(at="11:00", scene="Evening"))
    _keep(desk, EVENING, MORNING, schedule=schedule)
    _active_at(desk, wrong)
    before = desk.scenes.book.active
    assert _active_at(desk, "2026-11-20 08:59") == [before]
    assert _active_at(desk, "2026-11-20 09:00", "2026-11-20 11:00") == ["Morning", "Evening"]


def test_schedule_missed_while_the_table_was_off_is_caught_up(desk: Desk) -> None:
    _keep(desk, EVENING, schedule=(Entry(at="09:00", scene="Evening"),))
    follow_schedule(desk, SATURDAY)
    assert desk.settings.effective.stage.tint == "#806040" or desk.fade.active
    assert SceneFile(desk.state_dir).book.active == "Evening"


def test_fade_moves_the_tone_and_ends_at_the_scene(desk: Desk, clock: FakeClock) -> None:
    _keep(desk, EVENING)
    switch_scene(desk, "Evening", "kim")
    contrasts = []
    for _ in range(6):
        contrasts.append(round(read_published(desk.run_dir).config.stage.contrast, 3))
        clock.advance(1)
        desk.fade.step()
    assert contrasts == [1.0, 1.25, 1.5, 1.75, 2.0, 2.0]
    assert not desk.fade.active
    stage = desk.settings.effective.stage
    assert (stage.tint, stage.crossfade_ms) == ("#806040", 250)


def test_fade_moves_the_volume_of_the_sound(desk: Desk, clock: FakeClock) -> None:
    _keep(desk, Scene(name="Quiet", settings={"sound": {"volume": 0.1}}, fade_s=4))
    switch_scene(desk, "Quiet", "kim")
    volumes = []
    for _ in range(5):
        volumes.append(round(read_published(desk.run_dir).config.sound.volume, 3))
        clock.advance(1)
        desk.fade.step()
    assert volumes == [0.5, 0.4, 0.3, 0.2, 0.1]


def test_scene_kept_as_the_table_is_has_its_loudness_but_no_device(
    desk: Desk, admin: TestClient
) -> None:
    desk.settings.change({"sound": {"volume": 0.2, "device": "left", "enabled": True}}, "kim")
    kept = admin.put("/api/v1/scenes/Calm", json={}).json()["settings"]["sound"]
    assert kept == {"enabled": True, "volume": 0.2, "grain": 1.0, "bed": 1.0, "cues": 1.0}


def test_fade_without_time_is_at_the_scene_at_once(desk: Desk) -> None:
    _keep(desk, MORNING)
    desk.settings.change({"stage": {"contrast": 3.0}}, "kim")
    switch_scene(desk, "Morning", "kim")
    assert desk.settings.effective.stage.contrast == 1.0
    assert not desk.fade.active


def test_fade_interrupted_by_another_leaves_nothing_behind(desk: Desk, clock: FakeClock) -> None:
    _keep(desk, EVENING, MORNING)
    switch_scene(desk, "Evening", "kim")
    clock.advance(2)
    desk.fade.step()
    switch_scene(desk, "Morning", "kim")
    stage = desk.settings.effective.stage
    assert (stage.contrast, stage.crossfade_ms) == (1.0, 250)
    assert not desk.fade.active
    assert desk.settings.layers.scene == {}


def test_fade_comes_from_where_no_person_may_go_by_hand(desk: Desk, clock: FakeClock) -> None:
    desk.settings.change({"stage": {"brightness": 0.9}}, "kim")
    desk.settings.confirm("kim")
    _keep(desk, Scene(name="Dusk", settings={"stage": {"brightness": 0.1}}, fade_s=4))
    switch_scene(desk, "Dusk", "kim")
    clock.advance(1)
    desk.fade.step()
    assert round(desk.settings.effective.stage.brightness, 3) == 0.7
    clock.advance(4)
    desk.fade.step()
    assert desk.settings.effective.stage.brightness == 0.1


def test_fade_ends_with_safe_mode(desk: Desk, clock: FakeClock) -> None:
    _keep(desk, EVENING)
    switch_scene(desk, "Evening", "kim")
    desk.settings.set_safe_mode("on")
    clock.advance(1)
    desk.fade.step()
    assert not desk.fade.active
    assert desk.settings.effective.stage.contrast == 1.0


def test_fade_ends_at_the_scene_though_the_page_died(desk: Desk, make_desk: DeskMaker) -> None:
    _keep(desk, EVENING)
    switch_scene(desk, "Evening", "kim")
    again = make_desk()
    assert read_published(again.run_dir).config.stage.contrast == 2.0


def test_scene_takes_the_place_of_what_is_tried_out(desk: Desk) -> None:
    desk.settings.change({"stage": {"contrast": 1.0}}, "kim")
    desk.settings.preview({"stage": {"contrast": 3.0}})
    _keep(desk, MORNING)
    switch_scene(desk, "Morning", "kim")
    assert desk.settings.effective.stage.contrast == 1.0


def test_scene_kept_without_settings_is_how_the_table_looks(admin: TestClient, desk: Desk) -> None:
    desk.settings.change({"model": {"psi": 0.7}, "stage": {"invert": True}}, "kim")
    kept = admin.put("/api/v1/scenes/Now", json={}).json()
    assert kept["settings"]["model"]["psi"] == 0.7
    assert kept["settings"]["stage"]["invert"] is True
    assert "camera" not in kept["settings"]


@pytest.mark.parametrize(
    "settings",
    [
        {"camera": {"source": "/dev/video1"}},
        {"stage": {"display": 2}},
        {"stage": {"brightness": -1.0}},
        {"stage": {"contrast": 0.2, "brightness": -0.6}},
        {"stage": {"contrast": 99}},
        {"nonsense": {"x": 1}},
    ],
)
def test_scene_that_could_lose_the_picture_is_refused(
    admin: TestClient, settings: dict[str, object]
) -> None:
    assert admin.put("/api/v1/scenes/Bad", json={"settings": settings}).status_code == 422
    assert admin.get("/api/v1/scenes").json()["scenes"] == []


def test_scene_that_hides_the_drawings_with_what_was_saved_since_is_refused(desk: Desk) -> None:
    _keep(desk, Scene(name="Soft", settings={"stage": {"contrast": 0.2}}))
    desk.settings.change({"stage": {"brightness": -0.6}}, "kim")
    with pytest.raises(ConfigError, match="dark or without a line"):
        switch_scene(desk, "Soft", "the schedule")
    assert desk.settings.effective.stage.contrast == 1.0


def test_scene_with_a_bundle_that_is_not_installed_is_refused(admin: TestClient) -> None:
    answer = admin.put("/api/v1/scenes/Bad", json={"bundle": "/tmp/anywhere"})
    assert answer.status_code == 422
    assert "not installed" in answer.json()["detail"]


def test_scene_in_the_schedule_cannot_be_taken_away(admin: TestClient) -> None:
    admin.put("/api/v1/scenes/Evening", json={})
    entries = [{"at": "17:30", "scene": "Evening"}]
    assert admin.put("/api/v1/schedule", json={"entries": entries}).status_code == 200
    assert admin.delete("/api/v1/scenes/Evening").status_code == 422
    assert admin.put("/api/v1/schedule", json={"entries": []}).status_code == 200
    assert admin.delete("/api/v1/scenes/Evening").status_code == 204


def test_schedule_of_two_browsers_loses_no_entry_without_a_word(admin: TestClient) -> None:
    admin.put("/api/v1/scenes/Evening", json={})
    first = {"at": "17:30", "scene": "Evening"}
    second = {"at": "20:00", "scene": "Evening", "days": ["sun", "sat"]}

    def put(entries: list[dict[str, object]], before: list[dict[str, object]]) -> httpx2.Response:
        return admin.put("/api/v1/schedule", json={"entries": entries, "before": before})

    assert put([first], []).status_code == 200
    refused = put([second], [])
    assert refused.status_code == 409
    assert "somebody else has changed it since it was read (17:30 Evening)" in refused.text
    assert put([first, second], [first]).status_code == 200
    # The same schedule, its entries and days in another order.
    read = [{**second, "days": ["sat", "sun"]}, first]
    assert put([], read).status_code == 200


def test_schedule_naming_no_scene_is_refused(admin: TestClient) -> None:
    entries = [{"at": "17:30", "scene": "Evening"}]
    assert admin.put("/api/v1/schedule", json={"entries": entries}).status_code == 422


def test_scenes_damaged_file_is_set_aside(desk: Desk) -> None:
    _keep(desk, EVENING)
    file = desk.state_dir / "scenes.yaml"
    file.write_text(file.read_text()[:30])
    copy_of(file).write_text("scenes: 3")
    scenes = SceneFile(desk.state_dir)
    assert scenes.book.scenes == ()
    assert "there are no scenes" in scenes.damage
    assert list(desk.state_dir.glob("scenes.refused-*.yaml"))


def test_scenes_damaged_file_falls_back_to_its_copy_with_a_word(desk: Desk) -> None:
    _keep(desk, EVENING)
    file = desk.state_dir / "scenes.yaml"
    whole = file.read_text()
    file.write_text(whole[:30])
    scenes = SceneFile(desk.state_dir)
    assert scenes.book.find(EVENING.name) == EVENING
    assert "its copy holds" in scenes.damage
    assert file.read_text() == whole
    scenes.write(SceneBook())
    assert scenes.damage == ""


def test_scene_unknown_is_refused_naming_the_known(desk: Desk) -> None:
    _keep(desk, EVENING)
    with pytest.raises(InputError, match="there are Evening"):
        switch_scene(desk, "Evning", "kim")


def test_scenes_unreadable_file_is_neither_set_aside_nor_replaced(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep(desk, EVENING)

    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(plain_files, "open_plain", denied)
        scenes = SceneFile(desk.state_dir)
        assert "Permission denied" in scenes.fault
        with pytest.raises(OSError, match="Permission denied"):
            scenes.write(SceneBook())
    with pytest.raises(OSError, match="look, and try again"):
        scenes.write(SceneBook())
    assert scenes.book.find(EVENING.name) == EVENING


@pytest.mark.parametrize(("zone", "names"), [("Europe/Oslo", {"CET", "CEST"}), ("UTC", {"UTC"})])
def test_schedule_says_when_it_acts_next_and_in_which_zone(
    admin: TestClient, monkeypatch: pytest.MonkeyPatch, zone: str, names: set[str]
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        admin.put("/api/v1/scenes/Evening", json={})
        admin.put("/api/v1/schedule", json={"entries": [{"at": "17:30", "scene": "Evening"}]})
        coming = admin.get("/api/v1/scenes").json()["next"]
        assert (coming["at"][11:16], coming["zone"] in names) == ("17:30", True)
        assert f"17:30 {coming['zone']}" in admin.get("/tune").text
    finally:
        monkeypatch.undo()
        time.tzset()


def test_scene_kept_as_now_has_every_live_setting_but_the_places_own(
    desk: Desk, admin: TestClient
) -> None:
    desk.settings.change({"ink": {"threshold": 0.7}, "visit": {"linger_s": 9.0}}, "kim")
    kept = dict(flat(admin.put("/api/v1/scenes/Evening", json={}).json()["settings"]))
    assert (kept["ink.threshold"], kept["visit.linger_s"]) == (0.7, 9.0)
    left = {key for key in live_keys() - set(kept) if not key.startswith(("tokens.", "takehome."))}
    assert left == {
        "stage.mirror",
        "stage.rotate",
        "sound.device",
        "sound.listen_device",
        "sound.hours",
        "sound.listen",
    }
    desk.settings.change({"ink": {"threshold": 0.2}}, "kim")
    assert admin.post("/api/v1/scenes/Evening/switch").status_code == 200
    assert desk.settings.effective.ink.threshold == 0.7


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"stage": {"mirror": False}}, "stage.mirror: no scene may set it, for it could lose the"),
        ({"ink": {"light": "visible"}}, "ink.light: no scene may set it, for it does not change"),
    ],
)
def test_scene_setting_that_it_may_not_have_is_refused_with_the_true_reason(
    admin: TestClient, settings: dict[str, object], why: str
) -> None:
    refused = admin.put("/api/v1/scenes/Evening", json={"settings": settings})
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith(why)
