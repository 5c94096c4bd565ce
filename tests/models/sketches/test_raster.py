import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sketches.raster import as_gray, as_network_input, draw_strokes, table_ink


def test_table_ink_thick_and_thin_pen_give_the_same_width():
    line = [np.array([[0.1, 0.5], [0.9, 0.5]], np.float32)]
    thin, thick = (table_ink(line, 128, 1.5, pen) for pen in (1.0, 5.0))
    darkness = [(255 - ink.astype(float)).sum() / 255 for ink in (thin, thick)]
    assert darkness[0] == pytest.approx(darkness[1], rel=0.1)
    assert darkness[0] / 102.4 == pytest.approx(1.5, abs=0.3)


def test_as_gray_inverts_as_network_input():
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(as_gray(as_network_input(levels)), levels)


@pytest.mark.parametrize("width_px", [0.5, 1.5, 4.0])
@pytest.mark.parametrize("repeated", [1, 2, 5])
def test_draw_strokes_point_is_a_round_dot_of_the_pen_s_width(repeated: int, width_px: float):
    picture = draw_strokes([np.array([[0.4, 0.6]] * repeated, np.float32)], 64, width_px)
    dark = (255 - picture.astype(float)) / 255
    assert dark.sum() == pytest.approx(np.pi * width_px**2 / 4, rel=0.35, abs=0.15)
    rows, columns = (dark.sum(axis=axis) for axis in (1, 0))
    at = np.arange(64) + 0.5
    middle = (rows @ at) / dark.sum(), (columns @ at) / dark.sum()
    assert middle == pytest.approx((0.6 * 64, 0.4 * 64), abs=0.3)
    spread = [
        (share @ (at - m) ** 2) / dark.sum()
        for share, m in zip((rows, columns), middle, strict=True)
    ]
    assert spread[0] == pytest.approx(spread[1], rel=0.25)


@given(
    st.lists(
        st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95)),
        min_size=1,
        max_size=4,
    )
)
def test_draw_strokes_no_stroke_is_without_ink(points: list[tuple[float, float]]):
    assert draw_strokes([np.array(points, np.float32)], 64, 1.5).min() < 128


def test_table_ink_dot_reaches_the_network():
    ink = table_ink([np.array([[0.5, 0.5]], np.float32)], 128, 1.5, 1.5)
    assert ink.min() < 128
