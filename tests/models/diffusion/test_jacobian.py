"""Subspace iteration must give the singular vectors of the Jacobian that it never forms."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.func import jacfwd  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from models.diffusion.jacobian import discover, maps_by_step  # noqa: E402
from models.directions.jacobian import leading_singular, pixels_of  # noqa: E402
from models.directions.local_map import dense_grams  # noqa: E402
from models.networks.denoiser.ddim import draw, times_of  # noqa: E402
from models.networks.denoiser.schedule import parts_of  # noqa: E402
from models.networks.layout import channels_last  # noqa: E402
from tests.models.diffusion.subjects import corner, tiny_subject, tiny_walk  # noqa: E402
from tests.models.networks.denoiser.tiny import tiny_denoiser  # noqa: E402


@pytest.mark.parametrize("masked", [False, True])
def test_jacobian_agrees_with_an_explicit_svd_at_every_step(masked: bool) -> None:
    subject, region = tiny_subject(), corner() if masked else None
    weight = pixels_of(region, 1, 16)
    for (local,) in maps_by_step(subject, 1):
        dense = jacfwd(local.picture)(torch.zeros(local.free))[weight > 0].double()
        _, sizes, axes = torch.linalg.svd(dense, full_matrices=False)
        found = leading_singular([local], weight, 3, 0, angle_rad=3e-6)
        cosines = np.abs(found.vectors @ axes[:3].numpy().T)
        np.testing.assert_allclose(np.diag(cosines), 1, atol=1e-4)
        np.testing.assert_allclose(np.sqrt(found.values), sizes[:3], rtol=1e-4)


def test_jacobian_of_v_has_the_directions_of_the_predicted_noise() -> None:
    """The source asks for ∂ε/∂h; both differ by the factor α."""
    subject = tiny_subject()
    step, (local,) = list(enumerate(maps_by_step(subject, 1)))[2]
    time, noisy = times_of(subject.steps)[step], torch.randn(1, 1, 16, 16)

    def noise(change):
        return parts_of(noisy, local.picture(change).reshape(noisy.shape), time)[1].flatten()

    of_v, of_noise = (jacfwd(f)(torch.zeros(local.free)) for f in (local.picture, noise))
    torch.testing.assert_close(of_noise, torch.cos(time * torch.pi / 2) * of_v)


def test_jacobian_of_several_samples_adds_their_grams() -> None:
    subject = tiny_subject()
    maps = next(iter(maps_by_step(subject, 3)))
    found = leading_singular(maps, pixels_of(None, 1, 16), 2, 0, angle_rad=3e-6)
    (gram,) = dense_grams(maps, [pixels_of(None, 1, 16)])
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(gram)[::-1][:2], rtol=1e-4)


def test_jacobian_follows_its_directions_through_all_steps() -> None:
    subject = tiny_subject(count=2)
    walked, heard = tiny_walk(subject), []
    found = discover(subject, walked, corner(), samples=2, tell=heard.append)
    assert heard == [1, 2, 3, 4]
    assert found.vectors.shape == (2, 4, 16, 4, 4)
    assert found.directions[0].details["region"]["box"] == [0, 0, 8, 8]
    assert found.directions[0].score >= found.directions[1].score > 0
    for direction in found:
        vectors = direction.vector.reshape(4, -1)
        lengths = np.linalg.norm(vectors, axis=1)
        along = np.einsum("tnd,td->tn", walked.paths, vectors / lengths[:, None])
        np.testing.assert_allclose(lengths / lengths[0], along.std(axis=1) / along[0].std(), 1e-3)


def test_jacobian_of_a_network_as_it_is_read_is_that_of_the_usual_layout() -> None:
    """Networks are read in the layout in which they draw fastest."""
    subject = tiny_subject(count=1, network=channels_last(tiny_denoiser()))
    found, usual = (
        discover(one, tiny_walk(one), angle_rad=1e-4) for one in (subject, tiny_subject(count=1))
    )
    assert np.abs((found.vectors * usual.vectors).sum()) > 1 - 1e-3


def test_maps_by_step_go_the_way_of_the_drawing() -> None:
    subject, seen = tiny_subject(), []
    draw(subject.network, subject.noise(1), 4, lambda step, half: seen.append(half.h) or half.h)
    for (local,), h in zip(maps_by_step(subject, 1), seen, strict=True):
        torch.testing.assert_close(local.halfway.h, h)


def test_jacobian_of_more_directions_than_there_are_is_refused() -> None:
    subject = tiny_subject(count=300)
    with pytest.raises(InputError, match="300 directions; expected at most 256"):
        discover(subject, tiny_walk(subject))
