"""A bundle is saved once it answers; one that cannot leaves everything as it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from fastapi.testclient import TestClient
from safetensors.numpy import save_file

from exhibit.contract.bundle import DIRECTIONS_META, PARTS
from exhibit.contract.settings.published import read_published
from exhibit.operator.bundles import Bundles
from exhibit.operator.desk import Desk
from exhibit.operator.state import saved as saved_module
from tests.exhibit.operator.conftest import DeskMaker, FakeTable
from tests.fakes.clock import FakeClock

CARD = {
    "artist": "nobody",
    "collection": "made up",
    "licence": "Apache-2.0",
    "resolution": 32,
    "num_ws": 8,
    "w_dim": 16,
    "ink_size": 32,
    "stroke_width_px": 2.0,
    "inversion": "w_plus",
    "files": {},
}


def _install(folder: Path, name: str, *directions: str) -> None:
    (folder / name).mkdir(parents=True)
    card = yaml.safe_dump({**CARD, "name": name})
    (folder / name / "card.yaml").write_text(card)
    meta = {known: {"safe_range": [-3, 3], "sigma": 1.0} for known in directions}
    (folder / name / DIRECTIONS_META).write_text(json.dumps(meta))


@pytest.fixture
def desk_with_bundles(desk: Desk, tmp_path: Path, clock: FakeClock, table: FakeTable) -> Desk:
    folder = tmp_path / "bundles"
    _install(folder, "lear", "bolder", "older")
    _install(folder, "tegner", "bolder")
    desk.bundles = Bundles(desk.settings, desk.table, desk.events, folder, clock)
    desk.settings.bundles_dir = folder
    return desk


def test_bundles_lists_what_is_installed(desk_with_bundles: Desk, admin: TestClient) -> None:
    found = admin.get("/api/v1/bundles").json()
    assert [entry["bundle"] for entry in found["installed"]] == ["lear", "tegner"]
    assert (found["in_use"], found["opening"], found["refused"]) == ("lear", None, "")


def _asked_for(desk: Desk) -> int:
    assert desk.bundles.opening is not None
    return desk.bundles.opening.generation


def test_bundle_that_answers_is_saved(desk_with_bundles: Desk) -> None:
    desk = desk_with_bundles
    desk.bundles.begin("tegner", "kim")
    assert read_published(desk.run_dir).config.model.bundle == "tegner"
    assert (desk.bundles.in_use, desk.settings.saved) == ("lear", {})
    generation = _asked_for(desk)
    desk.bundles.look({"generation": generation - 1, "bundle_refused": None})
    assert desk.bundles.opening is not None
    desk.bundles.look({"generation": generation, "bundle_refused": None})
    assert (desk.bundles.opening, desk.bundles.in_use) == (None, "tegner")
    assert desk.settings.saved == {"model": {"bundle": "tegner"}}


def test_bundle_refused_leaves_everything_as_it_was(desk_with_bundles: Desk) -> None:
    desk = desk_with_bundles
    used = {"editing": {"directions": [{"name": "older", "strength": 1.0}]}}
    desk.settings.change(used, "kim")
    desk.bundles.begin("tegner", "kim")
    assert desk.settings.effective.editing.directions == ()
    refused = {"generation": _asked_for(desk), "reason": "damaged"}
    desk.bundles.look({"generation": 1, "bundle_refused": refused})
    assert desk.bundles.refused == "damaged"
    assert read_published(desk.run_dir).config.model.bundle == "lear"
    assert [d.name for d in desk.settings.effective.editing.directions] == ["older"]


def test_bundle_refused_before_is_no_answer_to_who_asks_again(desk_with_bundles: Desk) -> None:
    desk = desk_with_bundles
    stale = {"generation": 1, "bundle_refused": {"generation": 1, "reason": "damaged"}}
    desk.bundles.begin("tegner", "kim")
    desk.bundles.look(stale)
    assert desk.bundles.opening is not None


def test_bundle_that_the_engine_cannot_start_with_is_given_up(
    desk_with_bundles: Desk, table: FakeTable
) -> None:
    desk = desk_with_bundles
    desk.bundles.begin("tegner", "kim")
    ended = {"engine": {"pid": None, "restarts": 1, "last_exit": "exit code 2"}}
    table.say("supervisor", processes=ended)
    desk.bundles.look({})
    assert desk.settings.effective.model.bundle == "lear"


def test_bundle_being_opened_ends_with_safe_mode(desk_with_bundles: Desk) -> None:
    desk = desk_with_bundles
    desk.bundles.begin("tegner", "kim")
    desk.settings.set_safe_mode("on")
    assert desk.settings.effective.model.bundle == "lear"
    desk.bundles.look({"generation": 1})
    assert desk.bundles.opening is None


def test_bundle_asked_for_by_a_page_that_died_is_forgotten(
    desk_with_bundles: Desk, make_desk: DeskMaker
) -> None:
    desk_with_bundles.bundles.begin("tegner", "kim")
    again = make_desk()
    assert again.settings.effective.model.bundle == "lear"
    assert read_published(again.run_dir).config.model.bundle == "lear"


def test_bundle_keeps_the_directions_that_it_has(desk_with_bundles: Desk) -> None:
    desk = desk_with_bundles
    directions = [{"name": "bolder", "strength": 1.0}, {"name": "older", "strength": 1.0}]
    desk.settings.change({"editing": {"directions": directions}}, "kim")
    desk.bundles.begin("tegner", "kim")
    assert [d.name for d in desk.settings.effective.editing.directions] == ["bolder"]


def test_direction_moved_while_a_bundle_opens_is_kept(desk_with_bundles: Desk) -> None:
    desk = desk_with_bundles
    older = [{"name": "older", "strength": 1.0}]
    desk.settings.change({"editing": {"directions": older}}, "kim")
    desk.bundles.begin("tegner", "kim")
    bolder = [{"name": "bolder", "strength": 2.0}]
    desk.settings.change({"editing": {"directions": bolder}}, "kim")
    desk.bundles.look({"generation": _asked_for(desk)})
    assert desk.settings.saved["editing"]["directions"] == bolder
    assert [d.strength for d in desk.settings.effective.editing.directions] == [2.0]


def test_bundle_that_cannot_be_saved_holds_for_this_run(
    desk_with_bundles: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    desk = desk_with_bundles
    desk.bundles.begin("tegner", "kim")
    monkeypatch.setattr(saved_module, "write_whole", full)
    desk.bundles.look({"generation": _asked_for(desk)})
    assert (desk.settings.effective.model.bundle, desk.settings.saved) == ("tegner", {})


def test_bundle_not_installed_or_beside_another_is_refused(
    desk_with_bundles: Desk, admin: TestClient
) -> None:
    use = "/api/v1/bundles/use"
    assert admin.post(use, json={"bundle": "../../etc"}).status_code == 404
    assert admin.post(use, json={"bundle": "tegner"}).status_code == 202
    assert admin.post(use, json={"bundle": "lear"}).status_code == 409


def test_directions_are_moved_tried_and_left(desk_with_bundles: Desk, admin: TestClient) -> None:
    desk = desk_with_bundles
    found = admin.get("/api/v1/directions").json()
    assert [(entry["name"], entry["set"]) for entry in found] == [("bolder", None), ("older", None)]
    assert admin.put("/api/v1/directions/older", json={"strength": 1.5}).status_code == 200
    assert desk.settings.effective.editing.directions[0].strength == 1.5
    modulation = {"kind": "sine", "depth": 1.0, "period_s": 8}
    given = {"strength": 1.0, "modulation": modulation}
    assert admin.put("/api/v1/directions/older", json=given).status_code == 200
    preview = "/api/v1/directions/older/preview"
    assert admin.post(preview, json={"strength": -2.0}).status_code == 200
    moved = desk.settings.effective.editing.directions[0]
    assert (moved.strength, moved.modulation.kind) == (-2.0, "sine")
    assert desk.settings.saved["editing"]["directions"][0]["strength"] == 1.0
    points = [{"at": "10:00", "strength": 0.5}, {"at": "18:00", "strength": -0.5}]
    given = {"strength": 0.0, "modulation": {"kind": "schedule", "points": points}}
    assert admin.put("/api/v1/directions/older", json=given).status_code == 200
    saved = desk.settings.saved["editing"]["directions"][0]["modulation"]["points"]
    assert [point["at"] for point in saved] == ["10:00", "18:00"]
    page = admin.get("/tune").text
    assert 'value="18:00"' in page and 'value="schedule" selected' in page
    assert admin.delete("/api/v1/directions/older").status_code == 200
    assert desk.settings.effective.editing.directions == ()
    assert admin.put("/api/v1/directions/other", json={"strength": 1}).status_code == 404


def test_directions_of_the_map_say_where_they_may_be_added(
    desk_with_bundles: Desk, admin: TestClient
) -> None:
    meta = {"shaded": {"space": "map", "part": "ink", "safe_range": [-3, 3], "sigma": 1.0}}
    path = desk_with_bundles.bundles.current()
    assert path is not None
    known = json.loads((path / DIRECTIONS_META).read_text(encoding="utf-8"))
    (path / DIRECTIONS_META).write_text(json.dumps(known | meta), encoding="utf-8")
    save_file({"hat": np.zeros((4, 4), np.float32)}, path / PARTS)
    found = {row["name"]: row for row in admin.get("/api/v1/directions").json()}
    assert found["shaded"]["part"] == "ink"
    assert found["shaded"]["parts"] == ["ink", "around", "everywhere", "hat"]
    assert found["older"]["parts"] == []
    given = {"strength": 1.0, "part": "hat"}
    assert admin.put("/api/v1/directions/shaded", json=given).status_code == 200
    assert admin.put("/api/v1/directions/shaded", json={"strength": 2.0}).status_code == 200
    moved = desk_with_bundles.settings.effective.editing.directions[0]
    assert (moved.strength, moved.part) == (2.0, "hat")
    given["part"] = "beard"
    refused = admin.put("/api/v1/directions/shaded", json=given)
    assert refused.status_code == 422 and "no part 'beard'" in refused.json()["detail"]
    page = admin.get("/tune").text
    assert page.count("data-part") == 1 and '<option value="hat" selected>hat</option>' in page


def test_direction_concept_is_served_where_the_bundle_has_one(
    desk_with_bundles: Desk, admin: TestClient
) -> None:
    path = desk_with_bundles.bundles.current()
    assert path is not None
    concept = "/api/v1/directions/older/concept"
    assert admin.get(concept).status_code == 404
    (path / "concept_older.png").write_bytes(b"png")
    answer = admin.get(concept)
    assert (answer.content, answer.headers["content-type"]) == (b"png", "image/png")


def test_direction_strip_is_served_where_the_bundle_has_one(
    desk_with_bundles: Desk, admin: TestClient, tmp_path: Path
) -> None:
    strip = "/api/v1/directions/older/strip"
    assert admin.get(strip).status_code == 404
    (tmp_path / "bundles" / "lear" / "strip_older.png").write_bytes(b"png")
    answer = admin.get(strip)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert admin.get("/api/v1/directions/..%2Fcard/strip").status_code == 404
