import cv2
import numpy as np

from exhibit.ink.holes import fill_holes


def _ring(inside: int) -> tuple[np.ndarray, np.ndarray]:
    gray = np.full((200, 300), 210, np.uint8)
    cv2.circle(gray, (100, 100), 40, inside, -1)
    cv2.circle(gray, (100, 100), 40, 80, 5)
    ink = np.zeros_like(gray)
    cv2.circle(ink, (100, 100), 40, 1, 5)
    return gray, ink


def test_fill_holes_middle_as_dark_as_its_rim_is_filled() -> None:
    gray, ink = _ring(88)
    filled = fill_holes(gray, ink)
    assert filled[100, 100] == 1 and filled[100, 200] == 0


def test_fill_holes_paper_in_a_ring_stays_paper() -> None:
    gray, ink = _ring(205)
    assert np.array_equal(fill_holes(gray, ink), ink)


def test_fill_holes_light_crayon_in_a_ring_stays_open() -> None:
    gray, ink = _ring(160)
    assert fill_holes(gray, ink)[100, 100] == 0


def test_fill_holes_paper_in_shadow_stays_paper() -> None:
    gray, ink = _ring(210)
    shade = np.linspace(0.2, 1.0, 300)[None]
    assert fill_holes((gray * shade).astype(np.uint8), ink)[100, 100] == 0
