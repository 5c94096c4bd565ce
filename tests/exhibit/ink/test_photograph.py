import cv2
import numpy as np
import pytest

from exhibit.ink.photograph import as_photograph


@pytest.mark.parametrize(
    "pen",
    [(40, 40, 220), (210, 150, 40), (60, 220, 245), (60, 180, 80), (200, 60, 200)],
    ids=["red", "cyan", "yellow", "green", "magenta"],
)
def test_as_photograph_coloured_pen_is_as_dark_as_a_pencil(pen: tuple[int, int, int]) -> None:
    pixels = np.full((60, 80, 3), 225, np.uint8)
    pixels[20:40, 30:50] = pen
    gray = as_photograph(pixels).gray
    assert gray[30, 40] < 0.7 * gray[5, 5]


def test_as_photograph_yellowed_paper_and_its_stains_stay_as_bright_as_they_look() -> None:
    pixels = np.full((60, 80, 3), (150, 195, 215), np.uint8)
    pixels[20:40, 30:50] = (95, 140, 170)
    photograph = as_photograph(pixels)
    assert np.abs(photograph.gray - cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(int)).max() <= 1


def test_as_photograph_light_wood_is_darker_than_paper_in_the_darkest_colour() -> None:
    pixels = np.full((60, 80, 3), (125, 180, 210), np.uint8)
    pixels[10:50, 15:65] = 215
    photograph = as_photograph(pixels)
    assert photograph.least[0, 0] < 0.65 * photograph.least[30, 40]
