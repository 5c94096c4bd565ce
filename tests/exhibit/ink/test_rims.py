"""Pieces are told apart by what lies right around them, at the picture's border as well."""

from __future__ import annotations

import numpy as np
import pytest

from exhibit.ink.rims import Rims

SHAPE = (30, 40)


@pytest.mark.parametrize(
    ("top", "left", "cells"), [(10, 12, 16), (0, 12, 11), (0, 0, 7), (27, 37, 7)], ids=str
)
def test_share_counts_the_cells_around_a_piece_that_are_in_the_picture(
    top: int, left: int, cells: int
) -> None:
    piece = np.zeros(SHAPE, np.uint8)
    piece[top : top + 3, left : left + 3] = 1
    where = np.zeros(SHAPE, np.bool_)
    rows, columns = np.nonzero(np.pad(piece, 1)[1:-1, 1:-1] == 0)
    beside = (np.abs(rows - top - 1) <= 2) & (np.abs(columns - left - 1) <= 2)
    where[rows[beside][0], columns[beside][0]] = True
    assert Rims(piece).share(where)[1] == pytest.approx(1 / cells)


def test_pieces_gives_the_chosen_ones_where_they_were() -> None:
    both = np.zeros(SHAPE, np.uint8)
    both[0:3, 0:3] = both[20:25, 30:40] = 1
    rims = Rims(both)
    right = np.zeros(SHAPE, np.bool_)
    right[:, 30:] = True
    assert np.array_equal(rims.pieces(rims.on(right)) > 0, (both > 0) & right)


def test_pieces_of_an_empty_picture_are_none() -> None:
    rims = Rims(np.zeros(SHAPE, np.uint8))
    assert not rims.pieces(rims.share(np.ones(SHAPE, np.bool_)) > 0).any()


def test_pieces_that_something_joins_are_one_piece_and_it_is_no_part_of_it() -> None:
    both, line = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    both[10:14, 10:14] = both[10:14, 16:20] = 1
    line[:, 14:16] = 1
    right = np.zeros(SHAPE, np.bool_)
    right[:, 16:] = True
    apart, joined = Rims(both), Rims(both, both | (line & both.max(axis=1, keepdims=True)))
    assert np.array_equal(apart.pieces(apart.on(right)) > 0, (both > 0) & right)
    assert np.array_equal(joined.pieces(joined.on(right)), both)
    assert joined.count(line > 0).sum() == apart.count(line > 0).sum() == 12


def test_most_gives_each_cell_of_a_rim_the_most_of_its_piece() -> None:
    both, values = np.zeros(SHAPE, np.uint8), np.full(SHAPE, 900, np.uint16)
    both[0:3, 0:3] = both[20:25, 30:40] = 1
    values[both > 0], values[1, 1], values[24, 39] = 60, 300, 500
    rims = Rims(both)
    most = rims.most(values, np.ones(3, np.bool_))
    assert most[3, 3] == most[0, 3] == 300 and most[19, 29] == most[22, 29] == 500
    assert not most[both > 0].any() and np.count_nonzero(most) == 7 + (11 + 5 + 11)
    asked = rims.most(values, rims.on(values == 500))
    assert np.array_equal(asked, np.where(most == 500, 500, 0))


def test_most_of_an_empty_picture_is_nothing() -> None:
    rims = Rims(np.zeros(SHAPE, np.uint8))
    assert not rims.most(np.full(SHAPE, 900, np.uint16), np.ones(1, np.bool_)).any()
