"""Old paper is yellow and unevenly lit; the model must see white."""

import cv2
import numpy as np

from models.collection.linework import ink_mask
from models.collection.paper import is_coloured, tone_share, whiten
from tests.models.collection.drawings import face_and_house, rgb


def yellowed(grey: np.ndarray) -> np.ndarray:
    light = np.linspace(1.0, 0.75, grey.shape[1])
    paper = np.array([235, 215, 170])
    ink = 0.2 + 0.8 * grey[..., None] / 255
    return np.clip(paper * ink * light[None, :, None], 0, 255).astype(np.uint8)


def test_whiten_of_clean_black_and_white_changes_no_line() -> None:
    page = face_and_house()
    assert np.array_equal(ink_mask(whiten(rgb(page))), ink_mask(page))


def test_whiten_of_yellowed_uneven_paper_gives_white_paper_and_black_ink() -> None:
    page = face_and_house()
    white = whiten(yellowed(page))
    far_from_ink = cv2.erode(page, np.ones((7, 7), np.uint8)) == 255
    assert (white[far_from_ink] == 255).mean() > 0.99
    assert (white[page == 0] < 60).mean() > 0.95


def test_is_coloured_only_for_several_colours() -> None:
    page = face_and_house()
    assert not is_coloured(rgb(page))
    assert not is_coloured(yellowed(page))
    sepia = np.where(rgb(page) == 0, np.array([110, 60, 20], np.uint8), 250).astype(np.uint8)
    assert not is_coloured(sepia)
    painted = rgb(page)
    painted[20:80, 20:200] = (220, 40, 40)
    painted[200:260, 200:380] = (30, 60, 220)
    assert is_coloured(painted)


def test_tone_share_separates_a_photograph_from_pen_lines() -> None:
    shades = np.random.default_rng(0).normal(110, 40, (38, 50)).clip(0, 255).astype(np.uint8)
    photograph = cv2.resize(shades, (400, 300), interpolation=cv2.INTER_CUBIC)
    assert tone_share(photograph) > 0.3
    soft = cv2.GaussianBlur(face_and_house(), (0, 0), 0.7)
    assert tone_share(soft) < 0.05
    assert tone_share(np.full((50, 50), 255, np.uint8)) == 0.0
