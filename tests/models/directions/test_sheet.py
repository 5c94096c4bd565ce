"""The contact sheet shows what a direction does, and takes names."""

from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from click.testing import CliRunner  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from models.cli import main  # noqa: E402
from models.directions.codes import Wish, wished_codes  # noqa: E402
from models.directions.drawing import draw_codes, draw_moved  # noqa: E402
from models.directions.page.app import make_app  # noqa: E402
from models.directions.result import DirectionSet, Discovered, read_directions, write_directions  # noqa: E402
from models.directions.strips import PAGE, cosines, draw_strip, tree_figure, write_sheet  # noqa: E402
from models.directions.subject import Subject  # noqa: E402
from models.networks.psp.inverter import Codes  # noqa: E402
from tests.models.hands import small_generator, write_gan, write_sketches  # noqa: E402

ALL = tuple(range(8))


def subject() -> Subject:
    return Subject(generator=small_generator(), checkpoint="0" * 64, layers=ALL)


def codes(count: int = 2) -> Codes:
    one = subject()
    return Codes(one.as_ws(one.sample_w(count)), None)


def direction(name: str, vector: np.ndarray, **changes: object) -> Discovered:
    values = {"method": "sefa", "layers": ALL, "seed": 0, "checkpoint": "0" * 64, "score": 1.0}
    values |= {"sigma": 1.0, "safe_range": (-2.0, 6.0), "correlations": {"slant": 0.5}}
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    return Discovered(name=name, vector=unit, **(values | changes))


def axis(index: int) -> np.ndarray:
    return np.eye(16)[index]


def test_draw_moved_changes_the_layers_of_the_direction_only():
    one = direction("a", axis(0), layers=(0, 1))
    offset = torch.zeros(8, 16)
    offset[:2, 0] = 3.0
    expected = draw_codes(subject(), Codes(codes().w_plus + offset, None))
    np.testing.assert_array_equal(draw_moved(subject(), codes(), one, 3.0), expected)


def test_draw_strip_goes_from_end_to_end_through_the_unchanged_picture():
    strip = draw_strip(subject(), codes(), direction("a", axis(0)))
    assert strip.strengths == (-2.0, -1.0, 0.0, 3.0, 6.0)
    np.testing.assert_array_equal(strip.pictures[2], draw_codes(subject(), codes()))
    assert strip.heat.shape == (32, 32) and 0 < strip.heat.max() <= 1


def test_draw_strip_without_a_safe_range_shows_three_sigmas():
    one = direction("a", axis(0), safe_range=None, sigma=2.0)
    assert draw_strip(subject(), codes(1), one).strengths[-1] == 6.0


def test_cosines_compare_directions_of_w_and_w_plus_as_they_act():
    rows = np.zeros((8, 16))
    rows[:4, 1] = 1
    found = cosines(
        [
            direction("w", axis(1)),
            direction("same in W+", np.tile(axis(1), (8, 1))),
            direction("half", axis(1), layers=(0, 1, 2, 3)),
            direction("half in W+", rows, layers=(0, 1, 2, 3)),
            direction("other", -axis(2)),
        ]
    )
    expected = np.full((5, 5), np.sqrt(0.5))
    expected[:2, :2] = expected[2:4, 2:4] = 1
    expected[4], expected[:, 4] = 0, 0
    expected[4, 4] = 1
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_tree_figure_joins_the_most_alike_first():
    given = [direction("a", axis(0)), direction("b", axis(1)), direction("c", -axis(0))]
    (axes,) = tree_figure(given).axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert abs(labels.index("a (sefa)") - labels.index("c (sefa)")) == 1


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    given = (direction("hat & <b>", axis(0)), direction("unnamed-1", axis(1), correlations={}))
    write_directions(DirectionSet(given), tmp_path / "found")
    strips = [draw_strip(subject(), codes(1), one) for one in given]
    write_sheet(strips, "Directions of tiny", tmp_path / "pages")
    return tmp_path / "pages"


def test_write_sheet_page_and_one_picture_of_all(pages: Path):
    text = (pages / PAGE).read_text()
    assert "hat &amp; &lt;b&gt;" in text and "<b>" not in text
    for name in ("direction-01.png", "direction-02.png", "dendrogram.png"):
        assert name in text
        assert cv2.imread(str(pages / name)) is not None
    whole, part = (cv2.imread(str(pages / n)) for n in ("sheet.png", "direction-01.png"))
    np.testing.assert_array_equal(whole[: part.shape[0]], part)


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


def test_wished_codes_come_from_one_source(tmp_path: Path):
    one, checkpoint = subject(), write_gan(tmp_path / "gan.pt")
    found = wished_codes(Wish(3, psi=0.0), one, checkpoint)
    torch.testing.assert_close(found.w_plus, one.generator.mapping.w_avg.expand(3, 8, 16))
    with pytest.raises(InputError, match="expected one source"):
        wished_codes(Wish(3, bundle=tmp_path, sketches=tmp_path), one, checkpoint)


def test_wished_codes_of_sketches_carry_the_feature_map(tmp_path: Path):
    from models.saved.checkpoint import ENCODER, write_checkpoint
    from tests.models.hands import small_hand

    hand = small_hand()
    state = {
        "encoder_config": hand.inverter.config.to_dict(),
        "inverter_ema": hand.inverter.state_dict(),
        "generator_config": hand.generator.config.to_dict(),
        "generator_ema": hand.generator.state_dict(),
        "pictures_seen": 0,
    }
    write_checkpoint(tmp_path / "hand.pt", ENCODER, state)
    sketches = write_sketches(tmp_path / "s.ndjson")
    found = wished_codes(Wish(2, sketches=sketches), subject(), tmp_path / "hand.pt")
    assert found.w_plus.shape == (1, 8, 16)  # only one of the two words is held out
    assert found.feature is not None


def test_sheet_command_writes_the_page_and_refuses_to_serve_a_name_twice(tmp_path: Path):
    checkpoint = write_gan(tmp_path / "gan.pt")
    for folder in ("a", "b"):
        write_directions(DirectionSet((direction("hat", axis(0)),)), tmp_path / folder)
    command = ["directions", "sheet", str(tmp_path / "a"), str(tmp_path / "b"), "--codes", "1"]
    command += ["--checkpoint", str(checkpoint), "-o", str(tmp_path / "pages")]
    ran = CliRunner().invoke(main, [*command, "--serve"])
    assert ran.exit_code == 2 and "two folders have a direction 'hat'" in ran.output
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0, ran.output
    assert "2 directions" in ran.output and (tmp_path / "pages" / PAGE).is_file()
