import numpy as np
import pytest

from exhibit.contract.values import Find
from exhibit.recall.placing import lay, on_the_sheet
from tests.exhibit.recall import shapes


def find(scale: float, x: float, y: float, mirrored: bool = False) -> Find:
    return Find(0, mirrored, scale, np.array([x, y], np.float32), 0.0)


def middle_of_ink(picture: np.ndarray) -> np.ndarray:
    dark = 255.0 - picture
    at = (np.arange(picture.shape[0]) + 0.5) / picture.shape[0]
    return np.array([(dark * at).sum(), (dark * at[:, None]).sum()]) / dark.sum()


def test_lay_whole_square_at_own_size_is_the_drawing() -> None:
    np.testing.assert_array_equal(lay(shapes.house(), find(1, 0, 0), 256), shapes.house())


@pytest.mark.parametrize("side", [128, 200, 256])
@pytest.mark.parametrize(
    "place", [find(0.5, 0.3, 0.4), find(0.41, 0.103, 0.507), find(0.8, 0.1, 0.2, mirrored=True)]
)
def test_lay_anywhere_puts_every_point_where_the_find_says(place: Find, side: int) -> None:
    middle = middle_of_ink(shapes.house())
    if place.mirrored:
        middle[0] = 1 - middle[0]
    laid = middle_of_ink(lay(shapes.house(), place, side))
    np.testing.assert_allclose(laid, place.scale * middle + place.offset, atol=0.3 / side)


def test_lay_small_keeps_as_much_ink_as_its_area_has() -> None:
    small = lay(shapes.wave(), find(0.25, 0.5, 0.5), 128)
    share = (255.0 - small).sum() / (255.0 - shapes.wave()).sum()
    assert share == pytest.approx((0.25 * 128 / 256) ** 2, rel=0.02)


def test_lay_larger_than_the_sheet_cuts_it_off() -> None:
    laid = lay(shapes.house(), find(2, -0.5, -0.5), 256)
    assert laid.shape == (256, 256)
    assert laid[128, 128] == 255


def test_lay_beyond_the_sheet_leaves_paper() -> None:
    assert lay(shapes.house(), find(1, 2, 0), 64).min() == 255


def whole() -> np.ndarray:
    """A box that leaves paper around it in its square."""
    drawing = shapes.blank()
    drawing[40:220, 60:200] = 0
    return drawing


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(("x", "y"), [(-0.3, 0.0), (0.3, 0.0), (0.0, -0.25), (0.0, 0.2)])
def test_on_the_sheet_moves_a_whole_drawing_that_the_edge_would_cut(
    x: float, y: float, mirrored: bool
) -> None:
    place = find(1.0, x, y, mirrored)
    cut = np.count_nonzero(lay(whole(), place, 256) < 128)
    moved = on_the_sheet(whole(), place)
    laid = lay(whole(), moved, 256) < 128
    assert cut < 0.97 * 180 * 140
    assert np.count_nonzero(laid) == pytest.approx(180 * 140, rel=0.02)
    assert not (laid[:3].any() or laid[-3:].any() or laid[:, :3].any() or laid[:, -3:].any())
    assert moved.scale == place.scale


def test_on_the_sheet_makes_a_drawing_smaller_that_is_larger_than_the_sheet() -> None:
    moved = on_the_sheet(whole(), find(1.5, -0.25, -0.25))
    laid = lay(whole(), moved, 256) < 128
    assert not (laid[:3].any() or laid[-3:].any())
    assert moved.scale == pytest.approx(0.97 / (180 / 256))


def test_on_the_sheet_leaves_what_its_own_square_cuts_where_it_was() -> None:
    head = whole()
    head[220:, 100:140] = 0
    low = on_the_sheet(head, find(1.0, 0.0, 0.3))
    assert low.offset[1] == np.float32(0.3)
    # The crown of the head is not cut: it is brought back, the neck leaves at the other end.
    high = on_the_sheet(head, find(1.0, 0.0, -0.25))
    assert high.offset[1] == pytest.approx(-0.25 + 0.015 + 0.25 - 40 / 256, abs=1e-5)


@pytest.mark.parametrize("drawing", [whole(), shapes.blank()])
def test_on_the_sheet_leaves_what_lies_there_alone(drawing: np.ndarray) -> None:
    place = find(0.8, 0.1, 0.1)
    moved = on_the_sheet(drawing, place)
    assert moved.scale == place.scale
    np.testing.assert_array_equal(moved.offset, place.offset)
