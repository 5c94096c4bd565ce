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
    keep_pairs,
    read_pairs,
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


def test_keep_pairs_makes_them_once_and_every_process_reads_its_share(tmp_path):
    made = []

    def make():
        made.append(1)
        return recalled_pairs(lambda ink: line(20), [sketch()], SHAPE, 5, seed=0)

    file = tmp_path / "run" / "recalled.npz"
    for _ in range(2):
        keep_pairs(file, make)
    assert made == [1]
    whole, shares = read_pairs(file), [read_pairs(file, rank, 2) for rank in (0, 1)]
    assert [len(share) for share in shares] == [3, 2]
    assert np.array_equal(shares[1].ink, whole.ink[1::2])
    assert np.array_equal(shares[0].target, whole.target[::2])
