import cv2
import numpy as np
import pytest

from exhibit.recall.lines import Nearest, lines_of
from tests.exhibit.recall import shapes


def bar(degrees: float, middle: tuple[float, float] = (128, 128)) -> np.ndarray:
    picture = shapes.blank()
    step = 60 * np.exp(1j * np.radians(degrees))
    ends = [(round(middle[0] + s * step.real), round(middle[1] + s * step.imag)) for s in (-1, 1)]
    cv2.line(picture, *ends, 0, 4, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 135, 170])
def test_lines_of_a_bar_run_along_it(degrees: float) -> None:
    lines = lines_of(bar(degrees))
    along = np.exp(2j * np.radians(degrees))
    inner = np.abs(lines.at - (0.5 + 0.5j)) < 0.2
    assert np.real(lines.along[inner] * np.conj(along)).min() > 0.95
    across = (lines.at - (0.5 + 0.5j)) * np.exp(-1j * np.radians(degrees))
    assert np.abs(across.imag).max() < 2 / 128


def test_lines_of_a_black_square_are_its_edge() -> None:
    picture = shapes.blank()
    picture[64:192, 64:192] = 0
    lines = lines_of(picture)
    beside = np.maximum(np.abs(lines.at.real - 0.5), np.abs(lines.at.imag - 0.5))
    assert len(lines.at) > 50
    assert beside.min() > 0.2


@pytest.mark.parametrize("picture", [shapes.blank(), np.zeros((256, 256), np.uint8)])
def test_lines_of_an_even_picture_are_none(picture: np.ndarray) -> None:
    assert len(lines_of(picture).at) == 0


@pytest.mark.parametrize("side", [64, 128, 512])
def test_lines_of_any_size_lie_in_the_same_places(side: int) -> None:
    picture = np.asarray(cv2.resize(bar(30), (side, side), interpolation=cv2.INTER_AREA))
    across = (lines_of(picture).at - (0.5 + 0.5j)) * np.exp(-1j * np.radians(30))
    assert abs(across.imag.mean()) < 0.5 / 128


def test_nearest_line_at_right_angles_loses_to_one_alike_farther_off() -> None:
    picture = np.minimum(bar(90, (140, 128)), bar(0, (128, 144)))
    place, along = np.array([0.5 + 0.5j], np.complex64), np.array([1], np.complex64)
    offset, alike = Nearest(lines_of(picture)).towards(place, along)
    assert abs(offset[0] - 16j / 256) < 1.5 / 128
    assert alike[0] > 0.95


def test_nearest_without_lines_is_far() -> None:
    nearest = Nearest(lines_of(shapes.blank()))
    offset, _ = nearest.towards(np.array([0.5], np.complex64), np.array([1], np.complex64))
    assert abs(offset[0]) > 10
