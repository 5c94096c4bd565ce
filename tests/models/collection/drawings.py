"""Small pen drawings, drawn by the tests."""

import cv2
import numpy as np
from numpy.typing import NDArray


def blank_page(height: int = 300, width: int = 400) -> NDArray[np.uint8]:
    """White paper."""
    return np.full((height, width), 255, np.uint8)


def draw_face(page: NDArray[np.uint8], x: int, y: int, radius: int = 50) -> None:
    """A round face with two eyes, which touch nothing, and a body."""
    cv2.circle(page, (x, y), radius, 0, 3)
    for side in (-1, 1):
        cv2.circle(page, (x + side * radius // 3, y - radius // 4), 4, 0, -1)
    cv2.line(page, (x, y + radius), (x, y + 2 * radius), 0, 3)


def draw_house(page: NDArray[np.uint8], x: int, y: int, size: int = 90) -> None:
    """A house with a roof and a door."""
    cv2.rectangle(page, (x, y), (x + size, y + size), 0, 3)
    roof = np.array([[x, y], [x + size // 2, y - size // 2], [x + size, y]])
    cv2.polylines(page, [roof], isClosed=True, color=0, thickness=3)
    cv2.rectangle(page, (x + size // 3, y + size // 2), (x + size // 2, y + size), 0, 3)


def draw_boat(page: NDArray[np.uint8], x: int, y: int) -> None:
    """A hull with a mast and a sail."""
    hull = np.array([[x, y], [x + 150, y], [x + 120, y + 40], [x + 30, y + 40]])
    sail = np.array([[x + 70, y], [x + 70, y - 110], [x + 130, y - 30]])
    for outline in (hull, sail):
        cv2.polylines(page, [outline], isClosed=True, color=0, thickness=3)


def draw_key(page: NDArray[np.uint8], x: int, y: int) -> None:
    """A key: a ring, a shaft and two teeth."""
    cv2.circle(page, (x + 20, y), 20, 0, 4)
    cv2.line(page, (x + 20, y + 20), (x + 20, y + 140), 0, 4)
    for tooth in (100, 130):
        cv2.line(page, (x + 20, y + tooth), (x + 50, y + tooth), 0, 4)


def face_and_house() -> NDArray[np.uint8]:
    """A page with two figures: (300, 400) uint8."""
    page = blank_page()
    draw_face(page, 90, 90)
    draw_house(page, 250, 130)
    return page


def rgb(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same in three channels."""
    return np.dstack([grey] * 3)
