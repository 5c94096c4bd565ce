"""A tensor that is taken apart must be the same tensor again, and each row its level."""

from itertools import product

import numpy as np
import pytest

from models.directions.tensor_model import hosvd


def tensor(*shape: int, seed: int = 0):
    return np.random.default_rng(seed).normal(size=shape) + 3


def test_hosvd_rows_give_back_every_code():
    codes = tensor(4, 3, 2, 5, 7)
    model = hosvd(codes)
    for cell in product(*map(range, codes.shape[:-1])):
        rows = [factor[level] for factor, level in zip(model.factors, cell, strict=True)]
        np.testing.assert_allclose(model.decode(rows), codes[cell], atol=1e-10)


def test_hosvd_bases_are_orthonormal_and_the_core_is_all_orthogonal():
    model = hosvd(tensor(4, 3, 2, 5, 7))
    for basis in (*model.factors, model.basis):
        np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-10)
    unfolded = np.moveaxis(model.core, 1, 0).reshape(model.core.shape[1], -1)
    gram = unfolded @ unfolded.T
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-8)


def test_hosvd_averages_decode_to_the_mean_over_a_factor():
    codes = tensor(4, 3, 2, 5, 7)
    model = hosvd(codes)
    given = model.averages()
    given[1] = model.factors[1][2]
    np.testing.assert_allclose(model.decode(given), codes[:, 2].mean(axis=(0, 1, 2)), atol=1e-10)


def test_hosvd_ranks_are_cut_where_nothing_lies_and_where_asked():
    who, what = np.arange(5.0), np.arange(1.0, 4.0)
    codes = who[:, None, None] * what[:, None] * np.ones(6)
    model = hosvd(codes)
    assert [factor.shape[1] for factor in model.factors] == [2, 2]
    assert model.basis.shape == (6, 1)
    assert hosvd(tensor(4, 3, 6), [2, None, 3]).core.shape == (2, 3, 3)


def test_hosvd_contracted_leaves_one_factor_open():
    codes = tensor(4, 3, 5, 7)
    model = hosvd(codes)
    given = [factor[1] for factor in model.factors]
    open_one = model.contracted(given, but=1)
    assert open_one.shape == (model.factors[1].shape[1], model.basis.shape[1])
    np.testing.assert_allclose(given[1] @ open_one, model.contracted(given))


@pytest.mark.slow
@pytest.mark.parametrize("ranks", [(4, 3, 2, 5, 7), (2, 3, 1, 3, 4)])
def test_hosvd_is_that_of_tensorly(ranks):
    tl = pytest.importorskip("tensorly")
    codes = tensor(4, 3, 2, 5, 7)
    model = hosvd(codes, ranks)
    centred = codes - codes.mean(axis=(0, 1, 2, 3))
    spans = [
        tl.tenalg.svd_interface(tl.unfold(centred, mode), n_eigenvecs=rank)[0]
        for mode, rank in enumerate(ranks)
    ]
    core = tl.tenalg.multi_mode_dot(centred, spans, transpose=True)
    ours = (model.core, [*model.factors, model.basis])
    np.testing.assert_allclose(
        tl.tucker_to_tensor(ours), tl.tucker_to_tensor((core, spans)), atol=1e-9
    )
    vectors = [np.random.default_rng(mode).normal(size=r) for mode, r in enumerate(ranks[:-1])]
    np.testing.assert_allclose(
        model.contracted(vectors), tl.tenalg.multi_mode_dot(model.core, vectors), atol=1e-9
    )
