"""A copy of a drawing is told from a drawing like it."""

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from models.measures.copies import near_copies, random_pairs  # noqa: E402
from models.networks.perceptual.lpips import training_lpips  # noqa: E402


def drawing(seed: int) -> np.ndarray:
    picture = np.full((64, 64), 255, np.uint8)
    for x, y, radius in np.random.default_rng(seed).integers(6, 58, (4, 3)):
        cv2.circle(picture, (int(x), int(y)), int(radius) // 3, 0, 2)
    return picture


def test_near_copies_are_those_of_drawings_and_not_other_drawings():
    lpips = training_lpips()
    collection = [drawing(seed) for seed in range(20)]
    within = random_pairs(lpips, collection, 60, 0)
    copied = [cv2.GaussianBlur(drawing(seed), (0, 0), 0.4) for seed in (3, 11)]
    found = near_copies(lpips, [*copied, drawing(100), drawing(101)], collection, within)
    assert found.nearest[:2] == [3, 11]
    assert (found.distances < found.threshold).tolist() == [True, True, False, False]
    assert found.share == 0.5
    assert found.threshold == pytest.approx(np.percentile(within, 1))
