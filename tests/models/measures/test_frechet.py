"""The distance of two normal distributions against what is known of it, and against a misprint."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.measures.frechet import frechet  # noqa: E402


def normal(seed: int, shift: float = 0.0, scale: float = 1.0) -> np.ndarray:
    found = scale * np.random.default_rng(seed).normal(size=(20_000, 3))
    return found + np.array([shift, 0, 0])


def unit(reference: np.ndarray) -> float:
    """What distances are divided by: squared, as they are."""
    return float(np.square(reference).mean())


def test_frechet_of_a_shift_is_its_square_where_the_printed_form_has_the_shift():
    """Erratum 7: thesis eq. 2.14 needs the squared distance of the means."""
    found, reference = normal(0, shift=3.0), normal(1)
    assert frechet(found, reference) * unit(reference) == pytest.approx(9, rel=0.03)
    printed = np.linalg.norm(found.mean(axis=0) - reference.mean(axis=0))
    assert printed == pytest.approx(3, rel=0.03)


def test_frechet_does_not_depend_on_the_unit_of_the_features_where_the_printed_form_does():
    found, reference = normal(0, shift=3.0, scale=2.0), normal(1)
    assert frechet(7 * found, 7 * reference) == pytest.approx(frechet(found, reference))

    def printed(x, y):
        apart = np.linalg.norm(x.mean(axis=0) - y.mean(axis=0))
        return apart + 3 * (x[:, 1:].std() - y.std()) ** 2

    # A squared distance grows 49 times.
    assert printed(7 * found, 7 * reference) < 40 * printed(found, reference)


def test_frechet_of_scales_is_the_squared_difference_of_deviations():
    reference = normal(1)
    found = frechet(normal(0, scale=3.0), reference) * unit(reference)
    assert found == pytest.approx(3 * (3 - 1) ** 2, rel=0.03)
    assert frechet(normal(2), reference) == pytest.approx(0, abs=1e-3)
