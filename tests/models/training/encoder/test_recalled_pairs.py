"""Sketches with the memory's answers: what it does not explain is drawn as the visitor's line."""

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.sketches.quickdraw import TimedSketch
from models.training.encoder.drawn_pairs import PairShape
from models.training.encoder.recalled_pairs import (
    finished,
    kept_pairs,
    recalled_pairs,
)

SHAPE = PairShape(128, 128, 1.5)
PAPER = np.full((128, 128), 255, np.uint8)


def line(row: int) -> np.ndarray:
    """A horizontal line (128, 128)."""
    return cv2.line(PAPER.copy(), (8, row), (56, row), 0, 2)


def sketch() -> TimedSketch:
    """A square drawn in four seconds."""
    corners = np.array([[0, 0, 0], [1, 0, 1], [1, 1, 2], [0, 1, 3], [0, 0, 4]], np.float32)
    return TimedSketch("square", "1", (corners,))


def test_finished_draws_what_is_not_explained_and_nothing_twice():
    found = finished(line(20), np.minimum(line(21), line(50)), PAPER)
    assert np.array_equal(found[:40], line(20)[:40])
    assert np.array_equal(found[40:], line(50)[40:])


def test_finished_blackens_what_the_visitor_filled():
    mass = PAPER.copy()
    mass[30:36, 30:36] = 0
    assert finished(line(20), PAPER, mass)[30:36, 30:36].max() == 0


def test_recalled_pairs_ask_the_memory_and_leave_out_where_it_has_nothing():
    answers = iter([line(20), None, line(30)])
    pairs = recalled_pairs(lambda ink: next(answers), [sketch()], SHAPE, 3, seed=0)
    assert len(pairs) == 2
    assert np.array_equal(pairs.pair(1).recalled, line(30))
    assert pairs.target.shape == pairs.mass.shape == (2, 128, 128)


def test_recalled_pairs_of_an_empty_memory_are_refused():
    with pytest.raises(InputError, match="recalled nothing to 2 sketches"):
        recalled_pairs(lambda ink: None, [sketch()], SHAPE, 2, seed=0)


def test_kept_pairs_are_made_once(tmp_path):
    made = []

    def make():
        made.append(1)
        return recalled_pairs(lambda ink: line(20), [sketch()], SHAPE, 2, seed=0)

    first, again = (kept_pairs(tmp_path / "run" / "recalled.npz", make) for _ in range(2))
    assert made == [1]
    assert np.array_equal(first.ink, again.ink) and np.array_equal(first.target, again.target)
