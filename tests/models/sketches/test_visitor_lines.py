"""What visitors draw is closed and linked; broken dashes teach an encoder the wrong hand."""

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from models.sketches.visitor_lines import black_surfaces, visitor_lines


def face() -> np.ndarray:
    """A head of dashes with two black eyes and a mouth, 256 px."""
    picture = np.full((256, 256), 255, np.uint8)
    for start in range(0, 360, 20):
        cv2.ellipse(picture, (128, 128), (80, 100), 0, start, start + 14, 0, 3, cv2.LINE_AA)
    for x in (100, 156):
        cv2.circle(picture, (x, 100), 9, 0, cv2.FILLED)
    cv2.line(picture, (100, 170), (156, 170), 0, 3, cv2.LINE_AA)
    return picture


def test_visitor_lines_of_a_dashed_head_is_one_closed_outline():
    lines = visitor_lines(face(), np.random.default_rng(0))
    assert len(lines.outline) == 1
    (outline,) = lines.outline
    assert np.abs(outline[0] - outline[-1]).max() < 0.02
    radius = np.hypot(*((outline - 0.5) / (80 / 256, 100 / 256)).T)
    assert 0.9 < radius.min() < radius.max() < 1.15


def test_visitor_lines_inside_are_the_features_and_not_the_outline():
    lines = visitor_lines(face(), np.random.default_rng(0))
    middles = np.array([stroke.mean(axis=0) for stroke in lines.inside])
    for x, y in ((100, 100), (156, 100), (128, 170)):
        assert np.hypot(*(middles - np.array([x, y]) / 256).T).min() < 0.04


def test_visitor_lines_of_an_empty_picture_are_none():
    lines = visitor_lines(np.full((128, 128), 255, np.uint8), np.random.default_rng(0))
    assert (lines.outline, lines.inside, lines.detailed) == ((), (), ())


def test_black_surfaces_keeps_eyes_and_leaves_lines():
    mass = black_surfaces(face(), 9)
    assert mass[100, 100] == mass[100, 156] == 0
    assert mass[170, 128] == 255 and mass[:40].min() == 255
