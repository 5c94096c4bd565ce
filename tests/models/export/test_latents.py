import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")

from exhibit.contract.latents import Latents  # noqa: E402
from exhibit.editing.pull import Pull  # noqa: E402
from models.export.latents import code_distances, latent_statistics  # noqa: E402
from tests.models.hands import small_hand  # noqa: E402


def test_code_distances_are_those_of_the_tables_editor():
    hand = small_hand()
    statistics = latent_statistics(hand.generator, 0)
    latents = Latents(statistics.w_avg, statistics.covariance, np.zeros((1, 32, 32), np.uint8))
    w_plus = np.random.default_rng(0).normal(size=(3, 8, 16)).astype(np.float32)
    expected = [Pull(latents).distance(one) for one in w_plus]
    np.testing.assert_allclose(code_distances(statistics, w_plus), expected, rtol=1e-4)
