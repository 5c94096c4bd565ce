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
