import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.measures.kid import floor, kid  # noqa: E402


def test_kid_same_distribution_is_about_zero_and_other_is_not():
    rng = np.random.default_rng(0)
    reference = rng.gamma(2, size=(400, 32))
    assert abs(kid(rng.gamma(2, size=(400, 32)), reference)) < 0.02
    assert kid(2 * rng.gamma(2, size=(400, 32)), reference) > 0.5
    assert abs(floor(reference, 0)) < 0.05


def test_kid_scale_of_features_does_not_matter():
    rng = np.random.default_rng(0)
    a, b = rng.gamma(2, size=(50, 8)), rng.gamma(3, size=(60, 8))
    assert kid(7 * a, 7 * b) == pytest.approx(kid(a, b))
