"""A direction must go on as itself at every step, whatever order and sign it is found in there."""

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("torch")

from models.diffusion.steps import followed


def test_followed_finds_order_and_signs_of_what_was_shuffled() -> None:
    rng = np.random.default_rng(0)
    first = np.linalg.qr(rng.standard_normal((9, 4)))[0].T
    steps, order, sign = [first], np.arange(4), np.ones(4)
    for _ in range(5):
        order = rng.permutation(4)
        sign = rng.choice([-1.0, 1.0], 4)
        noisy = first + 0.05 * rng.standard_normal(first.shape)
        steps.append(noisy[order] * sign[:, None])
    likeness = [a @ b.T for a, b in pairwise(steps)]
    orders, signs, along = followed(likeness)
    for found, order, sign in zip(steps, orders, signs, strict=True):
        same = (found[order] * sign[:, None] * first).sum(axis=1)
        assert (same > 0.9).all()
    assert ((along > 0.85) & (along < 1.1)).all()


def test_followed_says_what_does_not_go_on() -> None:
    _, _, along = followed([np.array([[0.9, 0.0], [0.0, 0.1]])])
    np.testing.assert_allclose(along, [0.9, 0.1])
