"""Picture and noise must come back from what was mixed of them, at both ends of time as well."""

import pytest

torch = pytest.importorskip("torch")

from models.networks.denoiser.schedule import (  # noqa: E402
    alpha_sigma,
    noised,
    parts_of,
    velocity,
)


def test_alpha_sigma_are_of_length_one_and_go_from_picture_to_noise() -> None:
    alpha, sigma = alpha_sigma(torch.linspace(0, 1, 11).double())
    torch.testing.assert_close(alpha**2 + sigma**2, torch.ones(11).double())
    assert (alpha[0], sigma[0]) == (1, 0)
    assert abs(alpha[-1]) < 1e-12
    assert (alpha.diff() < 0).all()


@pytest.mark.parametrize("time", [0.0, 0.3, 1.0])
def test_parts_of_a_mixture_are_what_was_mixed(time: float) -> None:
    pictures, noise = torch.randn(2, 2, 1, 8, 8).double()
    times = torch.full((2,), time).double()
    noisy, v = noised(pictures, noise, times), velocity(pictures, noise, times)
    picture, eps = parts_of(noisy, v, times[0])
    torch.testing.assert_close(picture, pictures)
    torch.testing.assert_close(eps, noise)
