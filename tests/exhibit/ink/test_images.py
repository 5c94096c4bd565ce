"""Masks are enlarged without new values, whether or not their size goes into the frame's."""

from __future__ import annotations

import numpy as np
import pytest

from exhibit.ink.images import enlarge, length_of


@pytest.mark.parametrize("shape", [(120, 160), (130, 170), (121, 163), (36, 40), (10, 7)], ids=str)
def test_enlarge_gives_each_pixel_the_value_of_the_cell_that_it_lies_in(
    shape: tuple[int, int],
) -> None:
    small = np.random.default_rng(1).integers(0, 256, (30, 40), np.uint8)
    height, width = shape
    rows, columns = np.arange(height) * 30 // height, np.arange(width) * 40 // width
    assert np.array_equal(enlarge(small, shape), small[np.ix_(rows, columns)])


def test_length_of_is_the_same_wherever_memory_is_free() -> None:
    """`cv2.magnitude` differs by where it writes to; kept results lie each elsewhere."""
    x, y = np.random.default_rng(0).standard_normal((2, 40, 30)).astype(np.float32)
    found = [(length_of(x, y), np.empty(4 * place + 1, np.uint8)) for place in range(40)]
    assert len({length.tobytes() for length, _ in found}) == 1
    assert np.allclose(found[0][0], np.hypot(x, y), rtol=1e-6)
    assert found[0][0].dtype == np.float32
