"""The contact sheet shows what a direction does, and takes names."""

from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")


from models.directions.drawing import draw_codes  # noqa: E402
from models.directions.result import DirectionSet, write_directions  # noqa: E402
from models.directions.strips import PAGE, cosines, draw_strip, tree_figure, write_sheet  # noqa: E402
from tests.models.directions.subjects import axis, direction, sample_codes, small_subject  # noqa: E402


def test_draw_strip_goes_from_end_to_end_through_the_unchanged_picture():
    strip = draw_strip(small_subject(), sample_codes(), direction("a", axis(0)))
    assert strip.strengths == (-2.0, -1.0, 0.0, 3.0, 6.0)
    np.testing.assert_array_equal(strip.pictures[2], draw_codes(small_subject(), sample_codes()))
    assert strip.heat.shape == (32, 32) and 0 < strip.heat.max() <= 1


def test_draw_strip_without_a_safe_range_shows_three_sigmas():
    one = direction("a", axis(0), safe_range=None, sigma=2.0)
    assert draw_strip(small_subject(), sample_codes(1), one).strengths[-1] == 6.0


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
    strips = [draw_strip(small_subject(), sample_codes(1), one) for one in given]
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
