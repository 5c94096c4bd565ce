"""The curator's page writes every decision at once and answers to this machine alone."""

import json

import cv2
import numpy as np
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("httpx2")

from fastapi.testclient import TestClient

from exhibit.contract.errors import InputError
from models.collection import building
from models.collection.curation import read_csv
from models.collection.curator.app import make_app
from models.collection.curator.curation_desk import Desk
from tests.models.collection.boxes_of_scans import prepared


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("curator"))


@pytest.fixture
def page(target):
    before = (target / "curation.csv").read_bytes()
    with TestClient(make_app(Desk(target)), base_url="http://127.0.0.1") as client:
        yield client
    (target / "curation.csv").write_bytes(before)


def written(target, item):
    return next(row for row in read_csv(target / "curation.csv") if row.item == item)


def picture(answer) -> np.ndarray:
    assert answer.headers["content-type"] == "image/png"
    return cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_GRAYSCALE)


def test_page_loads_nothing_from_elsewhere(page) -> None:
    for address in ("/", "/assets/curator.css", "/assets/grid.js", "/assets/crop.js"):
        answer = page.get(address)
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "http://" not in answer.text
        assert "https://" not in answer.text
    assert page.get("/assets/desk.py").status_code == 404


def test_page_under_another_name_is_refused(target) -> None:
    with TestClient(make_app(Desk(target)), base_url="http://evil.example") as client:
        assert client.get("/api/items").status_code == 400


def test_items_shows_every_row(page, target) -> None:
    shown = page.get("/api/items").json()
    assert shown["resolution"] == 64
    assert [item["item"] for item in shown["items"]] == [
        row.item for row in read_csv(target / "curation.csv")
    ]


def test_change_is_written_at_once(page, target) -> None:
    answer = page.put("/api/items/both_1", json={"decision": "drop"})
    assert answer.json()["reason"] == "dropped by the curator"
    assert not written(target, "both_1").kept
    page.put("/api/items/both_1", json={"decision": "keep", "squaring": "crop"})
    assert written(target, "both_1").kept
    assert written(target, "both_1").squaring == "crop"


def test_change_of_the_box_measures_anew_and_shows_the_new_crop(page, target) -> None:
    before = written(target, "both_1")
    old = picture(page.get("/api/pictures/both_1"))
    answer = page.put("/api/items/both_1", json={"right": before.right - 30}).json()
    assert answer["ink_share"] != before.ink_share
    assert not np.array_equal(picture(page.get("/api/pictures/both_1")), old)
    assert picture(page.get("/api/pages/both_1")).shape == (300, 400)


def test_new_crop_becomes_a_kept_item_beside_its_page(page, target) -> None:
    box = {"left": 40, "top": 40, "right": 140, "bottom": 140}
    answer = page.put("/api/crops", json={"page_image": "pages/both.png", **box})
    assert answer.json()["item"] == "both_c1"
    items = [row.item for row in read_csv(target / "curation.csv")]
    assert items[items.index("both_c1") - 1] == "both_2"


def test_change_of_many_is_written_at_once_and_undone_at_once(page, target) -> None:
    before = read_csv(target / "curation.csv")
    on_page = [row.item for row in before if row.page_image == "pages/both.png"]
    answer = page.put("/api/items", json={"items": on_page, "decision": "drop"}).json()
    assert [item["item"] for item in answer["items"]] == on_page
    assert not any(written(target, item).kept for item in on_page)
    undone = page.put("/api/undo").json()
    assert [item["item"] for item in undone["items"]] == on_page
    assert read_csv(target / "curation.csv") == before


def test_change_of_many_is_refused_whole_where_one_cannot_be_obeyed(page, target) -> None:
    before = (target / "curation.csv").read_bytes()
    for items, status in ((["both_1", "absent"], 404), (["both_1", "torn"], 409), ([], 422)):
        answer = page.put("/api/items", json={"items": items, "decision": "drop"})
        assert answer.status_code == status
    assert (target / "curation.csv").read_bytes() == before
    assert page.put("/api/undo").status_code == 409


def test_undo_takes_back_one_change_after_the_other(page, target) -> None:
    states = [read_csv(target / "curation.csv")]
    box = {"left": 40, "top": 40, "right": 140, "bottom": 140}
    for path, change in (
        ("/api/items/both_1", {"decision": "drop"}),
        ("/api/items/both_1", {"decision": "keep", "squaring": "crop"}),
        ("/api/items/both_2", {"left": states[0][1].left + 4}),
        ("/api/crops", {"page_image": "pages/both.png", **box}),
    ):
        assert page.put(path, json=change).status_code == 200
        states.append(read_csv(target / "curation.csv"))
    assert page.put("/api/undo").json()["removed"] == ["both_c1"]
    for state in reversed(states[:-1]):
        assert read_csv(target / "curation.csv") == state
        page.put("/api/undo")
    assert page.put("/api/undo").json()["detail"] == "nothing to undo"


def test_training_set_says_how_far_it_is(page, target, monkeypatch) -> None:
    seen = []
    build = building.build

    def watched(*arguments):
        *rest, progress = arguments

        def watching(things, title):
            for thing in progress(things, title):
                seen.append(page.get("/api/training-set").json())
                yield thing

        return build(*rest, watching)

    monkeypatch.setattr(building, "build", watched)
    assert page.get("/api/training-set").json() == {}
    page.put("/api/training-set")
    assert seen[0] == {"title": "pages", "done": 0, "total": len(seen)}
    assert [step["done"] for step in seen] == list(range(len(seen)))
    assert page.get("/api/training-set").json() == {}


@pytest.mark.parametrize(
    ("item", "change", "status"),
    [
        ("absent", {"decision": "keep"}, 404),
        ("torn", {"decision": "keep"}, 409),
        ("both_1", {"right": 4000}, 409),
        ("both_1", {"left": 390, "right": 10}, 409),
        ("both_1", {"decision": "perhaps"}, 422),
        ("both_1", {"source": "/etc/passwd"}, 422),
    ],
)
def test_change_that_cannot_be_obeyed_is_refused_and_not_written(
    page, target, item, change, status
) -> None:
    before = (target / "curation.csv").read_bytes()
    answer = page.put(f"/api/items/{item}", json=change)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert (target / "curation.csv").read_bytes() == before


def test_crop_of_a_page_outside_the_data_set_is_refused(page) -> None:
    box = {"left": 0, "top": 0, "right": 9, "bottom": 9}
    answer = page.put("/api/crops", json={"page_image": "../scans/both.png", **box})
    assert answer.status_code == 404


def test_writing_the_training_set_obeys_the_changes(page, target) -> None:
    page.put("/api/items/both_1", json={"decision": "drop"})
    answer = page.put("/api/training-set").json()
    assert answer["kept"] == 3
    assert json.loads((target / "dataset.json").read_text())["sha256"] == answer["sha256"]
    assert not (target / "images" / "both_1.png").exists()


def test_desk_on_a_folder_that_is_no_data_set_says_so(tmp_path) -> None:
    with pytest.raises(InputError, match="not a data set"):
        Desk(tmp_path)
