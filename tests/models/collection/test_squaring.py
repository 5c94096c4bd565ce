"""Squares must be centred, complete, and crisp when enlarged."""

import cv2
import numpy as np

from models.collection.fingerprint import Fingerprints, fingerprint
from models.collection.squaring import crop_to_square, pad_to_square, resize_crisp
from tests.models.collection.drawings import blank_page, draw_face, draw_house


def test_pad_to_square_centres_the_drawing_and_loses_nothing() -> None:
    ink = np.zeros((40, 100), np.uint8)
    square = pad_to_square(ink)
    assert square.shape[0] == square.shape[1] > 100
    assert (square == 0).sum() == ink.size
    assert np.array_equal(square == 0, (square == 0)[::-1, ::-1]) or square.shape[0] % 2 == 1


def test_crop_to_square_keeps_the_end_with_the_ink() -> None:
    page = np.full((50, 200), 255, np.uint8)
    page[10:40, 160:190] = 0
    cropped = crop_to_square(page)
    assert cropped.shape == (50, 50)
    assert (cropped == 0).sum() == 30 * 30


def test_crop_to_square_of_an_upright_page_works_along_the_other_side() -> None:
    page = np.full((200, 50), 255, np.uint8)
    page[160:190, 10:40] = 0
    assert (crop_to_square(page) == 0).sum() == 30 * 30


def test_resize_crisp_keeps_edges_sharp_when_enlarging() -> None:
    page = blank_page(64, 64)
    draw_face(page, 32, 26, radius=16)
    crisp = resize_crisp(page, 256)
    plain = cv2.resize(page, (256, 256), interpolation=cv2.INTER_CUBIC)
    soft = [((picture > 40) & (picture < 215)).mean() for picture in (crisp, plain)]
    assert soft[0] < 0.5 * soft[1]
    assert abs((crisp < 128).mean() - (page < 128).mean()) < 0.02


def test_fingerprints_find_a_rescanned_drawing_and_no_other() -> None:
    face, house = blank_page(200, 200), blank_page(200, 200)
    draw_face(face, 90, 70)
    draw_house(house, 50, 90)
    noise = np.random.default_rng(0).normal(0, 6, face.shape)
    rescanned = np.clip(cv2.GaussianBlur(face, (0, 0), 1) + noise, 0, 255).astype(np.uint8)
    known = Fingerprints()
    assert known.find(fingerprint(face)) is None
    known.add("face", fingerprint(face))
    assert known.find(fingerprint(cv2.resize(rescanned, (300, 300)))) == "face"
    assert known.find(fingerprint(house)) is None
