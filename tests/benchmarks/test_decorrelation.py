"""What is measured of w is what it says."""

import numpy as np
import pytest

pytest.importorskip("torch")

from benchmarks.decorrelation import (
    compared,
    dimensions,
    label_accuracy,
    mean_correlation,
)
from models.directions.measured import Measured


def test_mean_correlation_and_dimensions_of_known_codes() -> None:
    rng = np.random.default_rng(0)
    free = rng.normal(size=(20_000, 8))
    assert mean_correlation(free) < 0.02
    assert dimensions(free) == pytest.approx(8, abs=0.05)
    alike = free[:, :1] @ np.ones((1, 4))
    assert mean_correlation(alike) == pytest.approx(1)
    assert dimensions(alike) == pytest.approx(1)
    assert mean_correlation(np.zeros((10, 3))) == 0


def test_label_accuracy_is_one_where_w_says_it_and_a_half_where_it_does_not() -> None:
    rng = np.random.default_rng(1)
    w = rng.normal(size=(4000, 4)).astype(np.float32)
    told, untold = w[:, 0] + 1.5, rng.normal(size=4000) + 1.5
    assert label_accuracy(Measured(w, ("told",), told[:, None])) > 0.85
    assert label_accuracy(Measured(w, ("untold",), untold[:, None])) == pytest.approx(0.5, abs=0.03)


def test_compared_gives_mean_least_and_most() -> None:
    assert compared([{"KID": 0.2}, {"KID": 0.4}]) == {"KID": [0.3, 0.2, 0.4]}
