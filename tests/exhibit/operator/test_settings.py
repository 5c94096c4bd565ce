"""A change must be whole or not at all; a risky one must go by itself.

Spans settings, their trial and history, and the routes that change them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from exhibit.contract.errors import ConfigError
from exhibit.contract.settings import published
from exhibit.contract.settings.overrides import OVERRIDES, layer_overrides
from exhibit.contract.settings.published import read_published
from exhibit.contract.settings.safe_mode import begin_safe_mode
from exhibit.contract.settings.schema import Config
from exhibit.operator.desk import Desk
from exhibit.operator.state import saved as module
from exhibit.operator.state.safe_mode import SafeModeError
from exhibit.operator.state.settings import OnTrialError
from exhibit.operator.state.trial import TRIAL_S
from tests.exhibit.operator.conftest import DeskMaker, FakeTable
from tests.fakes.clock import FakeClock

DISPLAY = {"stage": {"display": 2}}


def _saved(desk: Desk) -> Any:
    file = desk.state_dir / OVERRIDES
    return yaml.safe_load(file.read_text()) if file.exists() else None


def _published(desk: Desk) -> Config:
    return read_published(desk.run_dir).config


def test_change_is_saved_holds_and_is_published(desk: Desk) -> None:
    change = desk.settings.change({"ink": {"threshold": 0.7, "settle_ms": 400}}, "kim")
    assert change.changed == {"ink.threshold": 0.7}
    assert _saved(desk) == {"ink": {"threshold": 0.7, "settle_ms": 400}}
    assert _published(desk).ink.threshold == 0.7
    assert read_published(desk.run_dir).generation == change.generation


def test_change_holds_at_the_next_start(desk: Desk) -> None:
    desk.settings.change({"stage": {"contrast": 1.5}}, "kim")
    config, complaint = layer_overrides(Config(state_dir=desk.state_dir))
    assert (config.stage.contrast, complaint) == (1.5, ())


@pytest.mark.parametrize(
    "patch",
    [
        {"ink": {"threshold": 7}},
        {"ink": {"nonsense": 1}},
        {"ink": 3},
        {"nonsense": {}},
        {"state_dir": "/tmp/elsewhere"},
        {"calibration": "other.yaml"},
        {"stage": {"tint": "red"}},
    ],
)
def test_change_not_allowed_changes_nothing(desk: Desk, patch: dict[str, Any]) -> None:
    before, published = desk.settings.effective, read_published(desk.run_dir)
    with pytest.raises(ConfigError):
        desk.settings.change(patch, "kim")
    assert desk.settings.effective == before
    assert _saved(desk) is None
    assert read_published(desk.run_dir).generation == published.generation


def test_change_on_a_full_disk_is_refused_and_nothing_moves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_whole", full)
    with pytest.raises(OSError, match="No space"):
        desk.settings.change({"ink": {"threshold": 0.7}}, "kim")
    assert desk.settings.effective.ink.threshold == _published(desk).ink.threshold == 0.5


def test_change_is_not_undone_by_a_history_that_cannot_be_kept(desk: Desk) -> None:
    (desk.state_dir / "history").parent.mkdir(parents=True)
    (desk.state_dir / "history").write_text("a file where the folder should be")
    desk.settings.change({"ink": {"threshold": 0.7}}, "kim")
    assert desk.settings.effective.ink.threshold == 0.7
    assert _saved(desk) == {"ink": {"threshold": 0.7}}
    assert "history" in desk.settings.versions.fault


def test_change_of_what_the_command_line_holds_is_called_shadowed(make_desk: DeskMaker) -> None:
    desk = make_desk({"camera": {"source": "simulated"}})
    change = desk.settings.change({"camera": {"source": "/dev/video9"}}, "kim")
    assert change.shadowed == ("camera.source",)
    assert desk.settings.effective.camera.source == "simulated"
    assert desk.settings.layers.sources()["camera.source"] == "command line"


def test_change_that_needs_a_restart_names_the_process(desk: Desk) -> None:
    change = desk.settings.change({"ink": {"light": "visible"}}, "kim")
    assert change.restarts == ("engine",)


def test_risky_change_holds_but_is_not_saved_until_confirmed(desk: Desk) -> None:
    change = desk.settings.change(DISPLAY, "kim")
    assert change.on_trial == ("stage.display",)
    assert desk.settings.effective.stage.display == 2
    assert _saved(desk) is None
    desk.settings.confirm("kim")
    assert _saved(desk) == DISPLAY
    assert desk.settings.trial is None
    assert desk.settings.effective.stage.display == 2


def test_risky_change_goes_by_itself_after_a_minute(desk: Desk, clock: FakeClock) -> None:
    desk.settings.change(DISPLAY, "kim")
    clock.advance(TRIAL_S - 1)
    assert desk.settings.revert_if_due() is None
    clock.advance(2)
    change = desk.settings.revert_if_due()
    assert change is not None
    assert change.changed == {"stage.display": 0}
    assert desk.settings.effective.stage.display == 0
    assert _published(desk).stage.display == 0


def test_risky_change_goes_though_the_page_died_in_between(
    desk: Desk, make_desk: DeskMaker, clock: FakeClock
) -> None:
    desk.settings.change(DISPLAY, "kim")
    again = make_desk().settings
    assert again.effective.stage.display == 2
    clock.advance(TRIAL_S + 1)
    assert again.revert_if_due() is not None
    assert again.effective.stage.display == 0
    assert make_desk().settings.effective.stage.display == 0


def test_risky_change_with_a_harmless_one_saves_the_harmless_one(desk: Desk) -> None:
    desk.settings.change({**DISPLAY, "ink": {"threshold": 0.6}}, "kim")
    assert _saved(desk) == {"ink": {"threshold": 0.6}}
    desk.settings.revert()
    assert desk.settings.effective.ink.threshold == 0.6


def test_risky_change_beside_another_is_refused_and_harmless_ones_are_not(desk: Desk) -> None:
    desk.settings.change(DISPLAY, "kim")
    with pytest.raises(OnTrialError):
        desk.settings.change({"stage": {"rotate": 90}}, "kim")
    desk.settings.change({"ink": {"threshold": 0.6}}, "kim")
    desk.settings.confirm("kim")
    assert _saved(desk) == {"ink": {"threshold": 0.6}, **DISPLAY}


def test_reset_of_a_risky_key_is_on_trial_too(desk: Desk) -> None:
    desk.settings.change(DISPLAY, "kim")
    desk.settings.confirm("kim")
    assert desk.settings.reset(["stage"], "kim").on_trial == ("stage.display",)
    assert desk.settings.effective.stage.display == 0
    assert _saved(desk) == DISPLAY
    desk.settings.confirm("kim")
    assert _saved(desk) is None


def test_preview_holds_unsaved_and_a_saved_change_takes_its_place(desk: Desk) -> None:
    desk.settings.preview({"ink": {"threshold": 0.9}})
    assert desk.settings.effective.ink.threshold == 0.9
    assert desk.settings.layers.sources()["ink.threshold"] == "preview"
    assert _saved(desk) is None
    desk.settings.change({"ink": {"threshold": 0.8}}, "kim")
    assert desk.settings.effective.ink.threshold == 0.8
    desk.settings.preview({"ink": {"threshold": 0.1}})
    desk.settings.change({"ink": {"threshold": 0.8}}, "kim")  # the same as before the preview
    assert desk.settings.effective.ink.threshold == 0.8
    desk.settings.preview({"ink": {"threshold": 0.1}})
    desk.settings.drop_preview()
    assert desk.settings.effective.ink.threshold == 0.8


@pytest.mark.parametrize(
    "patch", [{"camera": {"fps": 60}}, DISPLAY, {"ink": {"light": "visible"}}, {"ink": {"x": 1}}]
)
def test_preview_of_what_is_not_live_or_risky_is_refused(desk: Desk, patch: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        desk.settings.preview(patch)


def test_history_keeps_ten_and_goes_back(desk: Desk) -> None:
    for step in range(14):
        desk.settings.change({"ink": {"threshold": round(0.1 + step / 100, 2)}}, f"kim {step}")
    versions = desk.settings.versions.all()
    assert len(versions) == 10
    assert versions[0].overrides == {"ink": {"threshold": 0.23}}
    oldest = versions[-1]
    desk.settings.replace(oldest.overrides, "kim", "back")
    assert desk.settings.effective.ink.threshold == oldest.overrides["ink"]["threshold"]


def test_history_one_slider_is_one_version(desk: Desk, clock: FakeClock) -> None:
    for step in range(5):
        desk.settings.change({"ink": {"threshold": 0.2 + step / 10}}, "kim")
        clock.advance(1)
    assert len(desk.settings.versions.all()) == 2
    clock.advance(100)
    desk.settings.change({"ink": {"threshold": 0.3}}, "kim")
    assert len(desk.settings.versions.all()) == 3


def test_history_the_state_before_the_first_change_can_be_gone_back_to(desk: Desk) -> None:
    desk.settings.change({"ink": {"threshold": 0.2}}, "kim")
    first = desk.settings.versions.all()[-1]
    desk.settings.replace(first.overrides, "kim", "back")
    assert desk.settings.effective.ink.threshold == 0.5


def test_safe_mode_leaves_overrides_out_until_it_is_off(desk: Desk, make_desk: DeskMaker) -> None:
    desk.settings.change({"stage": {"contrast": 2.0}}, "kim")
    desk.settings.set_safe_mode("on")
    assert desk.settings.effective.stage.contrast == 1.0
    assert make_desk().settings.effective.stage.contrast == 1.0
    assert layer_overrides(Config(state_dir=desk.state_dir))[0].stage.contrast == 1.0
    with pytest.raises(SafeModeError):
        desk.settings.change({"stage": {"contrast": 1.2}}, "kim")
    desk.settings.set_safe_mode("off")
    assert desk.settings.effective.stage.contrast == 2.0


def test_adopted_value_wins_over_the_command_line(make_desk: DeskMaker) -> None:
    desk = make_desk({"model": {"bundle": "lear"}})
    desk.settings.adopt({"model": {"bundle": "other"}}, "kim", "bundle")
    assert desk.settings.effective.model.bundle == "other"
    assert _saved(desk) == {"model": {"bundle": "other"}}


def test_yaml_mistakes_are_named_by_line_and_nothing_changes(admin: TestClient, desk: Desk) -> None:
    text = "ink:\n  threshold: 7\nstagee: 3\n"
    checked = admin.post("/api/v1/config/check", json={"text": text}).json()
    assert [(p["line"], p["key"]) for p in checked["problems"]] == [
        (2, "ink.threshold"),
        (3, "stagee"),
    ]
    answer = admin.put("/api/v1/config/overrides", json={"text": text})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["line"] == 2
    assert _saved(desk) is None


def test_yaml_takes_back_nothing_that_somebody_else_saved_meanwhile(
    admin: TestClient, desk: Desk
) -> None:
    admin.patch("/api/v1/settings", json={"ink": {"threshold": 0.9}})
    read = admin.get("/api/v1/config").json()["overrides"]
    admin.patch("/api/v1/settings", json={"stage": {"contrast": 1.25}})
    change = {"text": read + "model: {psi: 0.5}\n", "before": read}
    refused = admin.put("/api/v1/config/overrides", json=change)
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("stage.contrast: saved by somebody else")
    assert _saved(desk) == {"ink": {"threshold": 0.9}, "stage": {"contrast": 1.25}}
    again = admin.get("/api/v1/config").json()["overrides"]
    change = {"text": again + "model: {psi: 0.5}\n", "before": again}
    assert admin.put("/api/v1/config/overrides", json=change).status_code == 200
    assert (_saved(desk) or {})["model"] == {"psi": 0.5}


def test_yaml_with_a_change_on_trial_is_no_change_of_somebody_else(
    admin: TestClient, desk: Desk
) -> None:
    risky = "stage: {rotate: 90}\n"
    first = admin.put("/api/v1/config/overrides", json={"text": risky, "before": ""})
    assert first.json()["on_trial"] == ["stage.rotate"]
    change = {"text": risky + "model: {psi: 0.5}\n", "before": risky}
    second = admin.put("/api/v1/config/overrides", json=change)
    assert "saved by somebody else" not in second.text
    admin.post("/api/v1/settings/confirm")
    third = admin.put("/api/v1/config/overrides", json=change)
    assert third.status_code == 200, third.text


def test_yaml_replaces_all_overrides(admin: TestClient, desk: Desk) -> None:
    admin.patch("/api/v1/settings", json={"ink": {"threshold": 0.9}})
    text = "# only this\nstage:\n  contrast: 1.25\n"
    assert admin.put("/api/v1/config/overrides", json={"text": text}).status_code == 200
    assert _saved(desk) == {"stage": {"contrast": 1.25}}
    shown = admin.get("/api/v1/config").json()
    keys = {entry["key"]: entry for entry in shown["keys"]}
    assert (keys["stage.contrast"]["value"], keys["stage.contrast"]["source"]) == (
        1.25,
        "overrides",
    )
    assert (keys["ink.threshold"]["value"], keys["ink.threshold"]["source"]) == (0.5, "config.yaml")


def test_settings_every_change_is_in_the_audit_log(admin: TestClient, desk: Desk) -> None:
    admin.patch("/api/v1/settings", json={"ink": {"threshold": 0.9}})
    newest = desk.audit.newest(1)[0]
    assert (newest["what"], newest["by"], newest["changed"]) == (
        "settings",
        "admin",
        {"ink.threshold": 0.9},
    )


@pytest.mark.parametrize("value", ["dark", [1], None, {"a": 1}, True])
def test_settings_value_of_another_kind_is_refused(admin: TestClient, value: object) -> None:
    for name in ("brightness", "contrast"):
        answer = admin.patch("/api/v1/settings", json={"stage": {name: value}})
        assert answer.status_code == 422


def test_settings_file_itself_is_never_written(tmp_path: Path, admin: TestClient) -> None:
    admin.patch("/api/v1/settings", json={"ink": {"threshold": 0.9}})
    assert not list(tmp_path.rglob("config.yaml"))


def test_preview_goes_on_though_the_page_died_and_is_shown_as_one(
    desk: Desk, make_desk: DeskMaker
) -> None:
    desk.settings.preview({"ink": {"threshold": 0.9}})
    again = make_desk().settings
    assert again.effective.ink.threshold == 0.9
    assert again.layers.sources()["ink.threshold"] == "preview"
    again.change({"ink": {"threshold": 0.5}}, "kim")
    assert _published(desk).ink.threshold == 0.5


def test_choice_over_the_command_line_goes_on_though_the_page_died(make_desk: DeskMaker) -> None:
    desk = make_desk({"model": {"bundle": "lear"}})
    desk.settings.adopt({"model": {"bundle": "other"}}, "kim", "bundle")
    assert make_desk().settings.effective.model.bundle == "other"


def test_settings_edited_while_the_page_was_away_are_published(
    desk: Desk, make_desk: DeskMaker
) -> None:
    (desk.state_dir).mkdir(parents=True)
    (desk.state_dir / OVERRIDES).write_text("ink: {threshold: 0.3}\n")
    make_desk()
    assert _published(desk).ink.threshold == 0.3


def test_settings_that_found_no_room_are_published_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "tell", lambda *_: False)
    change = desk.settings.change({"ink": {"threshold": 0.7}}, "kim")
    assert _published(desk).ink.threshold == 0.5
    monkeypatch.undo()
    assert desk.settings.in_force.publish()
    assert (_published(desk).ink.threshold, change.generation) == (0.7, 2)


def test_settings_of_a_start_outdate_the_page_until_they_are_as_they_were(desk: Desk) -> None:
    def outdated() -> bool:
        return bool(desk.settings.in_force.status()["outdated"])

    before = outdated()
    desk.settings.change({"operator": {"port": desk.settings.effective.operator.port + 1}}, "kim")
    changed = outdated()
    desk.settings.revert()
    assert (before, changed, outdated()) == (False, True, False)


def test_settings_arrive_when_every_process_runs_their_generation(
    table: FakeTable, admin: TestClient
) -> None:
    generation = admin.patch("/api/v1/settings", json={"ink": {"threshold": 0.7}}).json()[
        "generation"
    ]

    def arrival() -> dict[str, Any]:
        found = admin.get("/api/v1/state").json()["settings"]
        assert found["generation"] == generation
        return dict(found)

    assert arrival()["waiting_for"] == ["stage", "engine"]
    table.say("engine", generation=generation, outdated=False)
    assert arrival()["waiting_for"] == ["stage"]
    table.say("stage", generation=generation - 1, outdated=True)
    assert arrival()["waiting_for"] == ["stage"]
    table.say("stage", generation=generation, outdated=False)
    assert arrival()["waiting_for"] == []


@pytest.mark.parametrize("path", ["/api/v1/settings", "/api/v1/settings/preview"])
def test_settings_direction_that_the_bundle_lacks_is_refused_on_saving(
    admin: TestClient, desk: Desk, path: str
) -> None:
    """Accepted, it was refused at the next start of the engine, for ever."""
    patch = {"editing": {"directions": [{"name": "nobody"}]}}
    ask = admin.patch if path.endswith("settings") else admin.post
    answer = ask(path, json=patch)
    assert answer.status_code == 422
    assert "has no direction 'nobody'" in answer.json()["detail"]
    assert desk.settings.effective.editing.directions == ()
    scene = admin.put("/api/v1/scenes/Odd", json={"settings": patch})
    assert scene.status_code == 422
    assert "has no direction 'nobody'" in scene.json()["detail"]


@pytest.mark.parametrize("key", ["nonsense", "stage.nonsense", "stag", ""])
def test_settings_reset_of_an_unknown_key_is_refused(admin: TestClient, key: str) -> None:
    answer = admin.post("/api/v1/settings/reset", json={"keys": ["ink.threshold", key]})
    assert answer.status_code == 422


def test_safe_mode_of_a_crash_loop_is_taken_while_running_told_and_left_by_one_order(
    admin: TestClient, desk: Desk, make_desk: DeskMaker
) -> None:
    desk.settings.change({"model": {"psi": 0.3}}, "kim")
    begin_safe_mode(desk.state_dir, "engine ended 6 times in a row: KeyError")
    assert desk.settings.look_for_safe_mode()
    assert not desk.settings.look_for_safe_mode()
    assert _published(desk).model.providers == ("cpu",)
    assert _published(desk).model.psi == 1.0
    assert make_desk().settings.effective.model.providers == ("cpu",)
    state = admin.get("/api/v1/state").json()
    assert (state["safe_mode"], state["reasons"][0]["code"]) == (True, "safe_mode")
    assert "engine ended 6 times in a row: KeyError" in state["reasons"][0]["text"]
    assert admin.post("/api/v1/safe-mode", json={"on": False}).status_code == 200
    assert (_published(desk).model.psi, desk.settings.safe_mode) == (0.3, False)
    assert _published(desk).model.providers == ()


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({"id": 4, "does": "direction", "name": "nobody"}, "has no direction 'nobody'"),
        ({"id": 5, "does": "bundle", "name": "nothing"}, "tokens.cards.0.name: token 5: "),
        ({"id": 51, "does": "label"}, "tokens.cards.0.id: 51 is not allowed; expected"),
    ],
)
def test_settings_token_for_what_is_not_there_is_refused_on_saving(
    admin: TestClient, desk: Desk, card: dict[str, object], expected: str
) -> None:
    answer = admin.patch("/api/v1/settings", json={"tokens": {"cards": [card]}})
    assert answer.status_code == 422
    assert expected in answer.json()["detail"]
    assert desk.settings.effective.tokens.cards == ()
