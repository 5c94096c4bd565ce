"""Parameters of a code: no round may make it worse, and each form must keep its own promise."""

import numpy as np
import pytest

from models.directions.tensor_fit import fit_full_rank, fit_lasso, fit_ridge, fit_summed
from models.directions.tensor_model import hosvd

CODES = np.random.default_rng(0).normal(size=(5, 3, 2, 4, 30)) + 1
MODEL = hosvd(CODES)
NEW = np.random.default_rng(2).normal(size=30) + 1


def left(fit, code) -> float:
    return float(np.square(fit.code - code).sum())


@pytest.mark.parametrize("fit", [fit_ridge, fit_lasso, fit_summed])
def test_fit_objective_never_rises(fit):
    found = fit(MODEL, NEW, 0.05)
    assert len(found.objectives) > 2
    assert (np.diff(found.objectives) <= 1e-9 * found.objectives[0]).all()


@pytest.mark.parametrize("fit", [fit_ridge, fit_lasso, fit_summed, fit_full_rank])
def test_fit_gives_back_the_code_that_its_parameters_say(fit):
    found = fit(MODEL, NEW, 0.05)
    if fit is fit_full_rank:
        flat = found.parameters[0].ravel() @ MODEL.core.reshape(-1, MODEL.core.shape[-1])
        said = MODEL.mean + MODEL.basis @ flat
    else:
        said = MODEL.decode(found.parameters)
    np.testing.assert_allclose(found.code, said, atol=1e-9)


def test_fit_lasso_leaves_parameters_out_where_ridge_does_not():
    lasso, ridge = fit_lasso(MODEL, NEW, 0.05), fit_ridge(MODEL, NEW, 0.05)
    assert sum(int((q == 0).sum()) for q in lasso.parameters) > 0
    assert sum(int((q == 0).sum()) for q in ridge.parameters) == 0


def test_fit_summed_weights_of_the_levels_add_up_to_one():
    found = fit_summed(MODEL, NEW, 0.05)
    for levels, given in zip(MODEL.factors, found.parameters, strict=True):
        weights = np.linalg.lstsq(levels.T, given, rcond=None)[0]
        assert weights.sum() == pytest.approx(1)


def test_fit_summed_strongly_held_gives_the_average_head():
    found = fit_summed(MODEL, NEW, 1e9)
    np.testing.assert_allclose(found.code, CODES.reshape(-1, 30).mean(axis=0), atol=1e-5)


def test_fit_full_rank_lies_nearer_than_any_vectors_a_factor():
    full = left(fit_full_rank(MODEL, NEW, 1e-4), NEW)
    for fit in (fit_ridge, fit_lasso, fit_summed):
        assert full < left(fit(MODEL, NEW, 1e-4), NEW)


@pytest.mark.parametrize("dimensions", [30, 400])
def test_fit_full_rank_is_ridge_whichever_side_is_solved(dimensions):
    chance = np.random.default_rng(1)
    model = hosvd(chance.normal(size=(3, 2, 2, 2, dimensions)))
    code = chance.normal(size=dimensions)
    found = fit_full_rank(model, code, 0.1)
    flat = model.core.reshape(-1, model.core.shape[-1])
    penalty = 0.1 * np.square(model.core).sum() / 24
    gradient = flat @ (model.within(code) - found.parameters[0].ravel() @ flat)
    np.testing.assert_allclose(gradient, penalty * found.parameters[0].ravel(), atol=1e-6)
