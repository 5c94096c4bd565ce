"""Names are given on a page that answers to this machine alone."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from fastapi.testclient import TestClient  # noqa: E402

from models.directions.page.app import make_app  # noqa: E402
from models.directions.page.contact import write_sheet  # noqa: E402
from models.directions.result import DirectionSet, read_directions, write_directions  # noqa: E402
from models.directions.strips import draw_strip  # noqa: E402
from tests.models.directions.subjects import axis, direction, sample_codes, small_subject  # noqa: E402


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    given = (direction("hat & <b>", axis(0)), direction("unnamed-1", axis(1), correlations={}))
    write_directions(DirectionSet(given), tmp_path / "found")
    strips = [draw_strip(small_subject(), sample_codes(1), one) for one in given]
    write_sheet(strips, "Directions of tiny", tmp_path / "pages")
    return tmp_path / "pages"


def test_page_writes_a_new_name_and_refuses_a_bad_one(pages: Path):
    folder = pages.parent / "found"
    client = TestClient(make_app(pages, [folder]), base_url="http://127.0.0.1")
    assert "rename.js" in client.get("/").text
    assert client.get("/rename.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/direction-01.png").status_code == 200
    assert client.get("/directions.safetensors").status_code == 404
    put = "/api/directions/unnamed-1"
    assert client.put(put, json={"name": "taller hat"}).status_code == 200
    assert read_directions(folder).names == ("hat & <b>", "taller hat")
    assert client.put(put, json={"name": "again"}).status_code == 404
    answer = client.put("/api/directions/taller hat", json={"name": "../etc"})
    assert (answer.status_code, "expected 1 to 40 letters" in answer.text) == (409, True)
    strange = TestClient(make_app(pages, [folder]), base_url="http://evil.example")
    assert strange.get("/").status_code == 400
