"""Masks are enlarged without new values, whether or not their size goes into the frame's."""

from __future__ import annotations

import numpy as np
import pytest

from exhibit.ink.images import enlarge


@pytest.mark.parametrize("shape", [(120, 160), (130, 170), (121, 163), (36, 40), (10, 7)], ids=str)
def test_enlarge_gives_each_pixel_the_value_of_the_cell_that_it_lies_in(
    shape: tuple[int, int],
) -> None:
    small = np.random.default_rng(1).integers(0, 256, (30, 40), np.uint8)
    height, width = shape
    rows, columns = np.arange(height) * 30 // height, np.arange(width) * 40 // width
    assert np.array_equal(enlarge(small, shape), small[np.ix_(rows, columns)])
