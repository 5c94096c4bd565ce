import numpy as np
import pytest

from exhibit.contract.values import Gray
from exhibit.recall.field import Field, resized
from exhibit.recall.lines import lines_of
from exhibit.recall.pens import Pens
from tests.exhibit.recall import shapes


def stretched(factor: float) -> Field:
    """Everything is drawn wider by a factor, to the right and left of the middle."""
    at = (np.arange(32) + 0.5) / 32 - 0.5
    return np.tile((1 / factor - 1) * at, (32, 1)).astype(np.complex64)


def width_of_upright_lines(picture: Gray) -> float:
    """Mean darkness along a row, by the lines in it."""
    row = 255.0 - picture[100:156].mean(axis=0)
    lines = np.count_nonzero((row[1:] > 100) & (row[:-1] <= 100))
    return float(row.sum() / 255 / lines)


@pytest.mark.parametrize("factor", [0.4, 0.5, 0.7, 1, 1.4, 2, 2.5])
@pytest.mark.parametrize("width", [2, 4, 6])
def test_pens_stretched_lines_change_their_width_by_half_at_most(factor: float, width: int) -> None:
    drawing = shapes.blank()
    for x in range(8, 256, 48):
        drawing[:, x : x + width] = 0
    pens = Pens(drawing, lines_of(drawing).across)
    share = width_of_upright_lines(pens.draw(stretched(factor))) / width
    assert 0.5 <= share <= 1.5


@pytest.mark.parametrize("factor", [1.4, 2, 2.5])
def test_pens_stretched_lines_are_no_blur(factor: float) -> None:
    drawing = shapes.blank()
    for x in range(8, 256, 48):
        drawing[:, x : x + 3] = 0
    row = Pens(drawing, lines_of(drawing).across).draw(stretched(factor))[128]
    lines = np.count_nonzero((row[1:] < 128) & (row[:-1] >= 128))
    assert np.count_nonzero((row > 60) & (row < 195)) <= 2 * lines


def test_pens_lines_stretched_along_keep_their_width() -> None:
    drawing = shapes.blank()
    drawing[:, 60:64] = 0
    field = np.ascontiguousarray(1j * stretched(2.5).T.real).astype(np.complex64)
    drawn = Pens(drawing, lines_of(drawing).across).draw(field)
    np.testing.assert_allclose(drawn.astype(int), drawing, atol=20)
    assert resized(field, 256)[0, 0, 1] > 0.2


def test_pens_surface_grows_with_the_field() -> None:
    drawing = shapes.blank()
    drawing[96:160, 96:160] = 0
    drawn = Pens(drawing, lines_of(drawing).across).draw(stretched(2))
    assert np.count_nonzero(drawn[128] < 128) == pytest.approx(128, abs=2)


def test_pens_rest_of_the_sheet_empty_or_not_draws_the_same_lines() -> None:
    alone, marked = shapes.blank(), shapes.blank()
    for drawing in (alone, marked):
        drawing[100:140, 90:94] = 0
    marked[0, 0] = marked[-1, -1] = 250
    across = lines_of(alone).across
    pictures = [
        Pens(drawing, across).draw(stretched(factor))[20:-20, 20:-20]
        for factor in (0.6, 1.6)
        for drawing in (alone, marked)
    ]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    np.testing.assert_array_equal(pictures[2], pictures[3])
