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
    told = [(made, objective(j, u.copy(), v, ALPHA, BETA)) for made, u, v in adam(j, 4, 2000)]
    assert [made for made, _ in told] == list(range(200, 2001, 200))
    assert ours <= 1.01 * told[-1][1] < told[0][1]
