import numpy as np

from exhibit.stage.pen import drawn_until, pen_order

SOFT = 0.01


def line(rows: slice, columns: slice) -> np.ndarray:
    drawing = np.full((64, 64), 255, np.uint8)
    drawing[rows, columns] = 0
    return drawing


def test_pen_follows_a_line_from_end_to_end() -> None:
    order = pen_order(line(slice(30, 32), slice(4, 60)))
    along = order[31, 4:60]
    assert np.all(np.diff(along[2:-2]) >= 0)
    assert along[0] < 0.1
    assert along[-1] > 0.9


def test_pen_ends_one_line_before_the_next() -> None:
    drawing = np.minimum(line(slice(10, 12), slice(4, 60)), line(slice(50, 52), slice(4, 60)))
    order = pen_order(drawing)
    assert order[10:12, 4:60].max() < order[50:52, 6:58].min()


def test_pen_goes_straight_on_at_a_crossing() -> None:
    across, down = line(slice(30, 32), slice(4, 60)), line(slice(6, 58), slice(30, 32))
    order = pen_order(np.minimum(across, down))
    # Once it has come to the crossing on one line it draws the rest of that line first.
    assert order[30, 50] < order[50, 30] or order[50, 30] < order[30, 50] - 0.1
    assert abs(order[30, 50] - order[30, 20]) > 0.1


def test_drawn_until_begins_with_paper_and_ends_with_the_drawing() -> None:
    drawing = line(slice(30, 32), slice(4, 60))
    order = pen_order(drawing)
    assert drawn_until(drawing, order, 0.0, SOFT).min() > 240
    assert np.array_equal(drawn_until(drawing, order, 1.0, SOFT), drawing)
    half = drawn_until(drawing, order, 0.5, SOFT)[31, 4:60] < 128
    assert 20 < half.sum() < 36


def test_pen_of_an_empty_drawing_draws_nothing() -> None:
    blank = np.full((8, 8), 255, np.uint8)
    assert np.array_equal(drawn_until(blank, pen_order(blank), 0.5, SOFT), blank)
