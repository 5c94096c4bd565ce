"""Localized components are directions of w, and a model that gives none says so."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.localized import discover, regression_vectors  # noqa: E402
from tests.models.directions.subjects import small_subject  # noqa: E402


def test_regression_vectors_have_a_root_mean_square_length_of_one():
    j = regression_vectors(small_subject(), 40, 8)
    assert j.shape == (64, 16)
    assert np.square(j).sum(axis=1).mean() == pytest.approx(1)


def test_discover_gives_the_largest_components_first_and_notes_its_settings():
    found = discover(small_subject(count=3), samples=40, components=5, side=8, alpha=0.01)
    scores = [d.score for d in found]
    assert found.names == ("localized-1", "localized-2", "localized-3")
    assert scores == sorted(scores, reverse=True) and scores[-1] > 0
    assert found.directions[0].space == "w"
    assert found.directions[0].details["alpha"] == 0.01


@pytest.mark.parametrize(
    ("choices", "settings", "message"),
    [
        ({"space": "w_plus"}, {}, "expected w"),
        ({}, {"samples": 16}, "16 samples; expected more than 16"),
        ({}, {"samples": 40, "side": 8, "alpha": 1e6}, "no component is left at --alpha"),
    ],
)
def test_discover_what_cannot_be_found_is_refused(choices, settings, message):
    with pytest.raises(InputError, match=message):
        discover(small_subject(**choices), **settings)
