"""Both halves together must be the whole, or what is changed between them misses the picture."""

import pytest

torch = pytest.importorskip("torch")

from models.networks.denoiser.config import DenoiserConfig  # noqa: E402
from models.networks.denoiser.unet import Denoiser  # noqa: E402
from tests.models.networks.denoiser.tiny import tiny_denoiser  # noqa: E402


def test_denoiser_is_its_two_halves() -> None:
    network, noisy = tiny_denoiser(), torch.randn(3, 1, 16, 16)
    times = torch.tensor([0.1, 0.5, 1.0])
    halfway = network.to_h(noisy, times)
    assert halfway.h.shape == (3, *network.config.h_shape)
    torch.testing.assert_close(network.from_h(halfway.h, halfway), network(noisy, times))


def test_denoiser_draws_what_h_says_and_what_time_it_is() -> None:
    network, noisy = tiny_denoiser(), torch.randn(1, 1, 16, 16)
    halfway = network.to_h(noisy, torch.tensor([0.5]))
    before = network.from_h(halfway.h, halfway)
    assert (network.from_h(halfway.h + 1, halfway) - before).norm() > 1e-2 * before.norm()
    assert (network(noisy, torch.tensor([0.6])) - before).norm() > 1e-3 * before.norm()


def test_denoiser_of_the_default_shape_fits_ten_megabytes_in_full_precision() -> None:
    """A checkpoint larger than that cannot be kept beside the code."""
    network = Denoiser(DenoiserConfig())
    assert sum(4 * weight.numel() for weight in network.parameters()) < 10e6


def test_denoiser_of_pictures_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        tiny_denoiser()(torch.randn(1, 1, 32, 32), torch.tensor([0.5]))


def test_denoiser_takes_colour() -> None:
    config = DenoiserConfig(resolution=16, img_channels=3, channels=(16, 16), blocks=(1, 1))
    assert Denoiser(config)(torch.zeros(2, 3, 16, 16), torch.zeros(2)).shape == (2, 3, 16, 16)
