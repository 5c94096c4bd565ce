from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.errors import InputError
from models.sketches.quickdraw import drawn_up_to, held_out_words, read_quickdraw, split_held_out
from tests.models.hands import write_sketches


def test_drawn_up_to_half_keeps_points_of_the_first_half(tmp_path: Path):
    (sketch,) = read_quickdraw(write_sketches(tmp_path / "s.ndjson", ("cat",)))
    drawn = drawn_up_to(sketch, 0.5)
    assert [len(stroke) for stroke in drawn] == [3, 1]
    assert [len(stroke) for stroke in drawn_up_to(sketch, 0.25)] == [2]


def test_drawn_up_to_nothing_still_has_a_point(tmp_path: Path):
    (sketch,) = read_quickdraw(write_sketches(tmp_path / "s.ndjson", ("cat",)))
    assert sum(len(stroke) for stroke in drawn_up_to(sketch, 0.0)) == 1


def test_split_held_out_separates_categories(tmp_path: Path):
    training, held_out = split_held_out(read_quickdraw(write_sketches(tmp_path / "s.ndjson")))
    assert [s.word for s in training] == ["cat"]
    assert [s.word for s in held_out] == ["arm"]
    assert len(held_out_words()) == 20


def test_read_quickdraw_malformed_line_names_file_and_line(tmp_path: Path):
    path = write_sketches(tmp_path / "s.ndjson")
    path.write_text(path.read_text() + '{"word": "cat"}\n')
    with pytest.raises(InputError, match=r"s\.ndjson:3"):
        read_quickdraw(path)


def test_read_quickdraw_missing_file_says_so(tmp_path: Path):
    with pytest.raises(InputError, match="no such file"):
        read_quickdraw(tmp_path / "none.ndjson")


def test_strokes_are_x_y_t(tmp_path: Path):
    (sketch,) = read_quickdraw(write_sketches(tmp_path / "s.ndjson", ("cat",)))
    np.testing.assert_array_equal(sketch.strokes[1], [[100, 0, 1000], [100, 100, 2000]])


@pytest.mark.parametrize(
    ("drawing", "reason"),
    [
        ("[[[10,60,120,180],[200,90,40,60]],[[0,255],[210,212]]]", "the simplified layout"),
        ("[[[1,2,3,4,5,6],[1,2,3,4,5,6]]]", "the simplified layout"),
        ("[[[1,2],[1,2],[0,NaN]]]", "nan in a stroke is no place on a sheet"),
        ("[[[0,1e300],[0,1],[0,1]]]", r"1e\+300 in a stroke is no place on a sheet"),
        ("[[[1,Infinity],[1,2],[0,9]]]", "inf in a stroke"),
        ('[[["1","2"],[1,2],[0,9]]]', "'1' in a stroke"),
        ("[[[true,2],[1,2],[0,9]]]", "True in a stroke"),
        ("[[[1,2,3],[1,2],[0,9]]]", r"lists of \[3, 2, 2\] numbers"),
        ("[[[1],[1],[1],[1]]]", "expected three of one length"),
        ("[[1,2,3]]", "no list of lists"),
        ("[[[],[],[]]]", "no strokes"),
        ("[]", "no strokes"),
    ],
)
def test_read_quickdraw_drawing_of_another_structure_is_refused(
    tmp_path: Path, drawing: str, reason: str
):
    path = tmp_path / "s.ndjson"
    path.write_text(f'{{"word": "hat", "key_id": "1", "drawing": {drawing}}}\n')
    with pytest.raises(InputError, match=reason) as caught:
        read_quickdraw(path)
    assert "s.ndjson:1" in str(caught.value)


def test_read_quickdraw_stroke_of_one_point_is_kept(tmp_path: Path):
    path = tmp_path / "s.ndjson"
    path.write_text('{"word": "hat", "drawing": [[[1],[2],[3]]]}\n')
    (sketch,) = read_quickdraw(path)
    np.testing.assert_array_equal(sketch.strokes[0], [[1, 2, 3]])
