"""Pairs of drawings: planes and target lie on each other, and recall is sometimes blank."""

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.training.encoder.drawn_pairs import DrawnPairs, PairShape


def drawings(count: int = 3) -> np.ndarray:
    """(n, 128, 128) uint8: rings of different sizes with a filled middle."""
    pictures = np.full((count, 128, 128), 255, np.uint8)
    for index, picture in enumerate(pictures):
        cv2.circle(picture, (64, 64), 30 + 6 * index, 0, 2, cv2.LINE_AA)
        cv2.circle(picture, (64, 64), 10, 0, cv2.FILLED)
    return pictures


def test_pair_ink_lies_on_the_lines_of_its_target():
    pairs, rng = DrawnPairs(drawings(), PairShape(64, 64, 1.5), 0), np.random.default_rng(1)
    for _ in range(8):
        pair, _ = pairs.pair(pairs.choose(rng), rng)
        assert [plane.shape for plane in pair] == [(64, 64)] * 4
        away = cv2.distanceTransform((pair.target > 160).astype(np.uint8), cv2.DIST_L2, 5)
        assert np.median(away[pair.ink < 128]) <= 2


def test_pair_recalls_nothing_in_the_share_asked_for():
    for share in (0.0, 1.0):
        pairs = DrawnPairs(drawings(), PairShape(64, 64, 1.5, blank_share=share), 0)
        rng = np.random.default_rng(2)
        made = [pairs.pair(pairs.choose(rng), rng)[0] for _ in range(8)]
        assert [bool(pair.recalled.min() == 255) for pair in made] == [share == 1.0] * 8


def test_pair_mass_is_where_the_target_is_black():
    pairs, rng = DrawnPairs(drawings(), PairShape(64, 64, 1.5), 0), np.random.default_rng(3)
    filled = [pair for pair in (pairs.pair(0, rng)[0] for _ in range(40)) if pair.mass.min() == 0]
    assert filled
    for pair in filled:
        assert pair.target[pair.mass == 0].mean() < 110


def test_drawn_pairs_of_empty_pictures_are_refused():
    with pytest.raises(InputError, match="no picture has a line"):
        DrawnPairs(np.full((2, 64, 64), 255, np.uint8), PairShape(64, 64, 1.5), 0)
