import cv2
import numpy as np
import pytest

from exhibit.contract.values import Gray
from exhibit.recall.faces import is_face
from tests.exhibit.recall.shapes import blank


def head(side: int = 128) -> Gray:
    """An empty oval."""
    ink = blank(side)
    cv2.ellipse(ink, (side // 2, side // 2), (side // 4, side // 3), 0, 0, 360, 0, 2, cv2.LINE_AA)
    return ink


def with_eyes(ink: Gray, *centres: tuple[float, float], radius: int = 3) -> Gray:
    side = len(ink)
    for x, y in centres:
        cv2.circle(ink, (round(x * side), round(y * side)), radius, 0, 2, cv2.LINE_AA)
    return ink


@pytest.mark.parametrize("side", [128, 256])
def test_is_face_outline_with_two_eyes_is_one(side: int) -> None:
    assert is_face(with_eyes(head(side), (0.4, 0.42), (0.6, 0.42)))


def test_is_face_with_nose_mouth_and_hair_stays_one() -> None:
    ink = with_eyes(head(), (0.42, 0.45), (0.6, 0.43))
    cv2.ellipse(ink, (64, 78), (14, 8), 0, 0, 180, 0, 2)
    cv2.line(ink, (64, 60), (60, 68), 0, 2)
    for x in range(50, 80, 6):
        cv2.line(ink, (x, 24), (x - 6, 8), 0, 2)
    assert is_face(ink)


@pytest.mark.parametrize("turn", [-12, 12])
def test_is_face_tilted_stays_one(turn: float) -> None:
    matrix = cv2.getRotationMatrix2D((64, 64), turn, 1.0)
    upright = with_eyes(head(), (0.4, 0.42), (0.6, 0.42))
    assert is_face(np.asarray(cv2.warpAffine(upright, matrix, (128, 128), borderValue=255)))


NO_FACES = {
    "blank": blank(128),
    "oval": head(),
    "one eye": with_eyes(head(), (0.4, 0.42)),
    "two eyes without a head": with_eyes(blank(128), (0.4, 0.42), (0.6, 0.42)),
    "one above the other": with_eyes(head(), (0.5, 0.35), (0.5, 0.55)),
    "both on one side": with_eyes(head(), (0.35, 0.45), (0.45, 0.45)),
    "at the chin": with_eyes(head(), (0.45, 0.76), (0.55, 0.76)),
    "a large and a small one": with_eyes(
        with_eyes(head(), (0.4, 0.42), radius=2), (0.6, 0.45), radius=12
    ),
}


@pytest.mark.parametrize("name", NO_FACES)
def test_is_face_anything_else_is_none(name: str) -> None:
    assert not is_face(NO_FACES[name])
