"""A visit as the table sees it: a drawing is kept while the ink hardly changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.recall.memory import Memory
from models.evaluation.sitting import sit

SIDE = 128


def shape(sides: int, radius: int, centre: int = 64) -> np.ndarray:
    """A regular polygon, drawn with a pen of 3 px on (128, 128)."""
    turn = np.arange(sides) * 2 * np.pi / sides
    corners = centre + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    paper = np.full((SIDE, SIDE), 255, np.uint8)
    return cv2.polylines(paper, [corners.astype(np.int32)], True, 0, 3)


@pytest.fixture(scope="module")
def memory() -> Memory:
    drawings = [shape(sides, 52) for sides in (3, 4, 24)]
    return Memory.of([cv2.resize(one, (256, 256)) for one in drawings])


def test_sit_keeps_the_drawing_when_the_ink_moves_by_a_pixel(memory):
    first, second = sit(memory, [shape(24, 40), shape(24, 40, 65)])
    assert first.drawings == (2,)
    assert second.drawings == first.drawings
    assert np.abs(first.recalled.astype(int) - second.recalled).mean() < 20


def test_sit_shows_another_drawing_for_other_ink(memory):
    first, second = sit(memory, [shape(24, 40), shape(3, 44)])
    assert first.drawings == (2,)
    assert second.drawings == (0,)
