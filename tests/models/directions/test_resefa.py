import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.func import jacfwd  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.eigen import span_angle  # noqa: E402
from models.directions.local_map import dense_grams, local_maps, pixel_weights  # noqa: E402
from models.directions.region import roir  # noqa: E402
from models.directions.resefa import discover, solve_dense, solve_low_rank  # noqa: E402
from models.directions.sefa import discover as sefa  # noqa: E402
from tests.models.directions.subjects import corner, small_subject  # noqa: E402

TAU = 1e-3


@pytest.mark.parametrize("pixels", [80, 16])
def test_resefa_low_rank_finds_the_span_of_the_dense_solve(pixels):
    """80 pixels are more than the rank, 16 are fewer and differentiated row by row."""
    subject = small_subject(space="w_plus")
    region = corner()
    region[4 + pixels // 8 :] = False
    maps, inside = local_maps(subject, 1), pixel_weights(region, 1)
    dense, expected = solve_dense(*dense_grams(maps, [inside, 1 - inside]), TAU, subject.count)
    found, quotients = solve_low_rank(maps, inside, TAU, rank=24)
    assert span_angle(found, dense) < 0.02
    np.testing.assert_allclose(quotients, expected, rtol=0.05)


def test_dense_grams_of_two_codes_are_the_sum_of_their_jacobians():
    subject = small_subject(layers=(1, 2, 5))
    maps, inside = local_maps(subject, 2), pixel_weights(corner(), 1)
    (found,) = dense_grams(maps, [inside])
    expected = np.zeros((16, 16))
    for local in maps:
        rows = jacfwd(local.picture)(torch.zeros(16))[inside > 0].double()
        expected += (rows.t() @ rows).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)


def test_resefa_changes_the_region_more_than_sefa_does():
    subject = small_subject(count=1)
    local = discover(subject, corner())
    everywhere = sefa(subject)
    ratios = [
        roir(subject, found.directions[0], corner(), 0.05, samples=1)
        for found in (local, everywhere)
    ]
    assert ratios[0] < 0.7 * ratios[1]


def test_resefa_layers_others_stay_zero():
    subject = small_subject(space="w_plus", layers=(2, 4), count=2)
    found = discover(subject, corner(), samples=2)
    assert found.vectors.shape == (2, 8, 16)
    assert np.abs(found.vectors[:, [0, 1, 3, 5, 6, 7]]).max() == 0
    assert found.directions[0].details["region"] == {"box": [6, 4, 8, 10], "pixels": 80}


def test_resefa_more_directions_than_rank_is_refused():
    with pytest.raises(InputError, match="at most 8"):
        discover(small_subject(count=9), corner(), rank=8)
