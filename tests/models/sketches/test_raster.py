import numpy as np
import pytest

from models.sketches.raster import as_gray, as_network_input, table_ink


def test_table_ink_thick_and_thin_pen_give_the_same_width():
    line = [np.array([[0.1, 0.5], [0.9, 0.5]], np.float32)]
    thin, thick = (table_ink(line, 128, 1.5, pen) for pen in (1.0, 5.0))
    darkness = [(255 - ink.astype(float)).sum() / 255 for ink in (thin, thick)]
    assert darkness[0] == pytest.approx(darkness[1], rel=0.1)
    assert darkness[0] / 102.4 == pytest.approx(1.5, abs=0.3)


def test_as_gray_inverts_as_network_input():
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(as_gray(as_network_input(levels)), levels)
