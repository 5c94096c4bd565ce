import numpy as np
import pytest

from models.sketches.perturb import Perturbation, keep_share, length_of, perturb
from tests.models.sketches.shapes import circle


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_keep_share_keeps_that_share_of_the_length(share):
    strokes = [circle((x, y), 0.05) for x in (0.2, 0.5, 0.8) for y in (0.2, 0.5, 0.8)]
    total = sum(length_of(s) for s in strokes)
    kept = sum(length_of(s) for s in keep_share(strokes, share, np.random.default_rng(1)))
    assert kept / total == pytest.approx(share, abs=0.03)


def test_perturb_same_seed_gives_same_strokes():
    strokes = [circle(), circle((0.4, 0.4), 0.1)]
    first = perturb(strokes, Perturbation(), np.random.default_rng(3))
    second = perturb(strokes, Perturbation(), np.random.default_rng(3))
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
