import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.func import jacfwd  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.eigen import span_angle  # noqa: E402
from models.directions.jacobian import discover, subspace_iteration  # noqa: E402
from models.directions.local_map import local_maps, pixel_weights  # noqa: E402
from models.networks.psp.inverter import Codes  # noqa: E402
from tests.models.directions.subjects import corner, small_subject  # noqa: E402


@pytest.mark.parametrize("space", ["w", "w_plus"])
@pytest.mark.parametrize("masked", [False, True])
def test_jacobian_finds_the_singular_vectors_of_the_dense_one(space, masked):
    subject = small_subject(space=space, count=2)
    found = discover(subject, corner() if masked else None, angle_rad=1e-4)
    (local,) = local_maps(subject, 1)
    dense = jacfwd(local.picture)(torch.zeros(local.free))
    if masked:
        dense = dense[pixel_weights(corner(), 1) > 0]
    _, sizes, vectors = torch.linalg.svd(dense, full_matrices=False)
    assert span_angle(found.vectors.reshape(2, -1), vectors[:2].numpy()) < 1e-2
    scores = [direction.score for direction in found]
    np.testing.assert_allclose(scores, sizes[:2], rtol=1e-3)


def test_local_map_pull_is_the_transpose_of_push():
    (local,) = local_maps(small_subject(space="w_plus", layers=(0, 3)), 1)
    changes, pictures = torch.randn(3, 32), torch.randn(3, 32 * 32)
    one = (local.push(changes) * pictures).sum(dim=1)
    other = (local.pull(pictures) * changes).sum(dim=1)
    torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)


def test_subspace_iteration_ends_when_the_span_rests_and_not_before():
    gram = np.diag(np.geomspace(1, 1e-6, 30))
    start = np.random.default_rng(0).standard_normal((30, 4))
    coarse = subspace_iteration(lambda block: gram @ block, start, 2, angle_rad=0.5)
    fine = subspace_iteration(lambda block: gram @ block, start, 2, angle_rad=1e-9)
    assert fine.rounds > coarse.rounds
    assert span_angle(fine.vectors, np.eye(30)[:2]) < 1e-6


def test_subspace_iteration_without_a_gap_is_refused():
    rng, size = np.random.default_rng(0), 30

    def restless(block):
        return np.linalg.qr(rng.standard_normal((size, size)))[0] @ block

    with pytest.raises(InputError, match="still turns"):
        subspace_iteration(restless, rng.standard_normal((size, 3)), 2)


def test_jacobian_of_given_codes_keeps_their_feature_map():
    subject = small_subject(count=1)
    codes = Codes(subject.as_ws(subject.sample_w(1)), torch.randn(1, 16, 16, 16))
    (local,) = local_maps(subject, 1, codes)
    expected = subject.generator.synthesis(codes.w_plus, codes.feature).flatten()
    torch.testing.assert_close(local.picture(torch.zeros(16)), expected)
    plain, featured = discover(subject), discover(subject, codes=codes)
    assert span_angle(plain.vectors, featured.vectors) > 0.01
