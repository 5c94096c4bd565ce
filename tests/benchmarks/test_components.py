"""Both sides minimise the same objective."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from benchmarks.components import adam  # noqa: E402
from models.directions.localized import ALPHA, BETA  # noqa: E402
from models.directions.sparse_components import objective, sparse_components  # noqa: E402


def test_adam_goes_down_towards_what_alternating_steps_reach():
    rng = np.random.default_rng(0)
    j = np.repeat(np.eye(3), 5, axis=0) @ rng.standard_normal((3, 8))
    ours = sparse_components(j, 4, ALPHA, BETA).objective
    few, many = (objective(j, *adam(j, 4, steps), ALPHA, BETA) for steps in (10, 2000))
    assert ours <= 1.01 * many < few
