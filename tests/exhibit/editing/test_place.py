"""Codes that visitors reach lie close together; their places must still be told apart."""

from __future__ import annotations

import numpy as np
import pytest

from exhibit.contract.bundle import load_bundle
from exhibit.contract.latents import load_latents
from exhibit.contract.values import Floats
from exhibit.editing.place import LatentPlace
from tests.fakes.bundle import NUM_WS, W_DIM, write_bundle


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> LatentPlace:
    bundle = load_bundle(write_bundle(tmp_path_factory.mktemp("bundles") / "tiny"))
    return LatentPlace(load_latents(bundle))


def _codes(count: int, spread: float) -> list[Floats]:
    random = np.random.default_rng(2)
    far = random.standard_normal(W_DIM)
    shifts = spread * random.standard_normal((count, W_DIM))
    return [np.tile(far + shift, (NUM_WS, 1)).astype(np.float32) for shift in shifts]


def test_place_of_codes_that_lie_close_together_far_out_spreads_about_nothing(
    place: LatentPlace,
) -> None:
    places = np.array([place(code) for code in _codes(600, spread=0.1)])
    assert np.abs(places[0]).max() == 0.0
    late = places[300:]
    assert np.abs(late.mean(axis=0)).max() < 0.5
    assert late.std(axis=0) == pytest.approx(np.ones(3), abs=0.4)


def test_place_of_the_same_code_stays_where_it_is(place: LatentPlace) -> None:
    (code,) = _codes(1, spread=0.1)
    assert place(code) is place(code)
