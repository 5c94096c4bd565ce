"""Calm and path length on models whose answer is known."""

from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.evaluation.distances import calm, path_length  # noqa: E402
from models.evaluation.table_model import Answer  # noqa: E402
from models.measures.copies import random_pairs  # noqa: E402
from models.sketches.quickdraw import read_quickdraw  # noqa: E402
from tests.models.evaluation.measured import SIDE, Card, absolute  # noqa: E402
from tests.models.hands import write_sketches  # noqa: E402


class Tracing:
    """Answers with the ink itself, blurred."""

    card = Card()

    def __init__(self, blur_px: float) -> None:
        self._blur_px = blur_px

    def follow(self, inks):
        return [Answer(cv2.GaussianBlur(ink, (0, 0), self._blur_px), ()) for ink in inks]


class Jumping(Tracing):
    """Answers every ink with yet another picture, however alike the inks are."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def follow(self, inks):
        pictures = self._rng.integers(0, 256, (len(inks), SIDE, SIDE)).astype(np.uint8)
        return [Answer(picture, ()) for picture in pictures]


class Brightness:
    """Draws a grey that goes with the first number of w."""

    def __init__(self, slope: float) -> None:
        self._slope = slope
        self.samples = np.random.default_rng(0).normal(size=(16, 4)).astype(np.float32)

    def sample_levels(self, w):
        return np.full((SIDE, SIDE), self._slope * float(w[0]), np.float32)


@pytest.fixture
def sketches(tmp_path: Path):
    words = ("cat", "arm", "bird", "owl", "cup", "hat")
    return read_quickdraw(write_sketches(tmp_path / "s.ndjson", words))


def test_calm_soft_tracing_rests_and_a_sharp_one_less(sketches):
    soft, sharp = (calm(Tracing(blur), absolute, sketches, 0) for blur in (4.0, 0.6))
    assert 0 < soft.one_px < sharp.one_px < 1


def test_calm_unsteady_model_is_as_restless_as_between_unrelated_inks(sketches):
    found = calm(Jumping(), absolute, sketches, 0)
    assert found.one_px == pytest.approx(1, abs=0.05)
    assert found.stroke == pytest.approx(1, abs=0.05)


def squared(a, b):
    """A perceptual distance as LPIPS is one: it grows with the square of a difference."""
    return (a - b).square().mean(dim=(1, 2, 3))


def test_path_length_is_zero_where_w_changes_nothing():
    assert path_length(Brightness(0.0), squared, 8) == 0


def test_path_length_grows_with_the_square_of_what_a_step_changes():
    slow, fast = (path_length(Brightness(slope), squared, 8) for slope in (0.01, 0.1))
    assert fast == pytest.approx(100 * slow, rel=1e-3)


def test_path_length_of_two_steps_agrees():
    """Squared twice it fell with the step; rounded to grey levels a small step showed nothing."""
    long, short = (path_length(Brightness(0.05), squared, 8, step) for step in (1e-2, 1e-3))
    assert short == pytest.approx(long, rel=1e-2)


def test_random_pairs_measures_no_pair_twice_and_gives_as_many_distances_as_asked_for():
    measured = []

    def difference(a, b):
        measured.append(len(a))
        return (a - b).abs().mean(dim=(1, 2, 3))

    pictures = [np.full((SIDE, SIDE), grey, np.uint8) for grey in (0, 51, 255)]
    found = random_pairs(difference, pictures, 50, seed=0)
    assert sum(measured) == 3
    assert len(found) == 50
    assert sorted(set(np.round(found, 2))) == [0.4, 1.6, 2.0]
