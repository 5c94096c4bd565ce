"""Copies of a collection must be told from drawings like it, and both from noise."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from models.measures.prior import measured_collection, prior  # noqa: E402
from models.networks.perceptual.lpips import training_lpips  # noqa: E402
from tests.models.measures.test_copies import drawing  # noqa: E402


def test_prior_tells_copies_reflections_and_noise_from_drawings_of_one_kind():
    lpips = training_lpips()
    drawings = np.stack([drawing(seed) for seed in range(32)])
    collection = measured_collection(lpips, drawings, 4, 64)
    others = prior(lpips, np.stack([drawing(seed) for seed in range(100, 116)]), collection)
    reflected = prior(lpips, drawings[:16, :, ::-1], collection)
    chance = np.random.default_rng(0)
    noise = prior(lpips, chance.integers(0, 256, (16, 64, 64), np.uint8), collection)
    assert reflected.copies == 1
    assert reflected.nearest == pytest.approx(0, abs=1e-3)
    assert others.copies == noise.copies == 0
    assert noise.nearest > others.nearest > 0.2
    assert noise.kid > max(others.kid, others.kid_floor)
    assert noise.frechet > others.frechet
