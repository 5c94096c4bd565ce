import cv2
import numpy as np
import pytest

from models.measures.hidden import hidden_lines_drawn


def drawn(inside: bool) -> np.ndarray:
    picture = np.full((256, 256), 255, np.uint8)
    cv2.circle(picture, (128, 128), 100, 0, 3)
    if inside:
        cv2.line(picture, (80, 90), (176, 160), 0, 3)
        cv2.circle(picture, (110, 150), 24, 0, 3)
    return picture


def test_hidden_lines_drawn_all_of_them_is_one_and_none_no_more_than_chance() -> None:
    whole, outline = drawn(inside=True), drawn(inside=False)
    assert hidden_lines_drawn(whole, outline, whole) == pytest.approx(1.0)
    assert abs(hidden_lines_drawn(whole, outline, outline)) < 0.1


def test_hidden_lines_drawn_black_gains_nothing() -> None:
    black = np.zeros((256, 256), np.uint8)
    assert hidden_lines_drawn(drawn(True), drawn(False), black) == pytest.approx(0.0)


def test_hidden_lines_drawn_where_nothing_is_hidden_says_nothing() -> None:
    assert hidden_lines_drawn(drawn(False), drawn(False), drawn(False)) is None
