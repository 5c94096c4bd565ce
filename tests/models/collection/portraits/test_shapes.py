"""A part that is read and written again must stay the same lines."""

import numpy as np
import pytest

pytest.importorskip("fontTools")

from models.collection.portraits.shapes import moved, outline_of

FRAGMENT = '<path fill="{ink:hair}" d="M1 2h3l1 1c0 1 2 2 3 0Z"/><path d="m5 5v2"/>'


def test_outline_of_tells_points_from_handles() -> None:
    outline = outline_of(FRAGMENT)
    assert outline.points[:3].tolist() == [[1, 2], [4, 2], [5, 3]]
    assert outline.drawn[:5].tolist() == [True, True, True, False, False]


def test_moved_by_nothing_reads_as_the_same_points() -> None:
    outline = outline_of(FRAGMENT)
    again = outline_of(moved(outline, lambda points: points))
    np.testing.assert_allclose(again.points, outline.points)
    assert again.commands == outline.commands


def test_moved_keeps_what_is_no_path() -> None:
    text = moved(outline_of(FRAGMENT), lambda points: points + 10)
    assert 'fill="{ink:hair}"' in text
    assert outline_of(text).points[0].tolist() == [11, 12]
    assert moved(outline_of("{part:head}"), lambda points: points + 1) == "{part:head}"
