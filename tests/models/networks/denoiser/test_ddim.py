"""The way must be the same in both directions, and a bent bottleneck must change all of a step."""

import pytest

torch = pytest.importorskip("torch")

from models.networks.denoiser.ddim import (  # noqa: E402
    as_found,
    denoise,
    draw,
    invert,
    step_to,
    times_of,
)
from models.networks.denoiser.samples import noise_of  # noqa: E402
from models.networks.denoiser.schedule import alpha_sigma, parts_of, velocity  # noqa: E402
from models.networks.denoiser.unet import Denoiser, Halfway  # noqa: E402
from tests.models.networks.denoiser.tiny import tiny_denoiser  # noqa: E402


class Knowing(Denoiser):
    """Knows which picture it is asked for, and so how far its noise is."""

    def __init__(self, picture: torch.Tensor) -> None:
        super().__init__(tiny_denoiser().config)
        self.picture = picture

    def to_h(self, noisy: torch.Tensor, times: torch.Tensor) -> Halfway:
        alpha, sigma = (share[:, None, None, None] for share in alpha_sigma(times))
        noise = (noisy - alpha * self.picture) / sigma
        return Halfway(velocity(self.picture, noise, times), (), times)

    def from_h(self, h: torch.Tensor, halfway: Halfway) -> torch.Tensor:
        return h


@pytest.mark.parametrize("steps", [1, 7])
def test_draw_of_a_network_that_knows_ends_in_the_picture(steps: int) -> None:
    picture = torch.rand(1, 1, 16, 16).double()
    drawn = draw(Knowing(picture), torch.randn(2, 1, 16, 16).double(), steps)
    torch.testing.assert_close(drawn, picture.expand(2, -1, -1, -1), rtol=0, atol=1e-5)


def test_step_changes_the_picture_and_the_noise_that_it_goes_on_with() -> None:
    """Changing P alone, the form this is not, goes elsewhere."""
    network, noisy, times = tiny_denoiser(), torch.randn(1, 1, 16, 16), times_of(10)
    halfway = network.to_h(noisy, times[4:5])
    bent = network.from_h(halfway.h + 1, halfway)
    picture, noise = parts_of(noisy, bent, times[4])
    _, plain_noise = parts_of(noisy, network.from_h(halfway.h, halfway), times[4])
    alpha, sigma = alpha_sigma(times[5])
    found = denoise(network, noisy, 4, times, lambda _step, half: half.h + 1)
    torch.testing.assert_close(found, alpha * picture + sigma * noise)
    asymmetric = alpha * picture + sigma * plain_noise
    assert (found - asymmetric).norm() > 1e-2 * (found - noisy).norm()


def test_step_with_another_v_moves_by_the_sine_of_the_way_in_both_terms() -> None:
    """P alone would move by α(then)·σ(now), which is most where it should be least."""
    noisy, v = torch.randn(2, 1, 1, 8, 8).double()
    now, then = torch.tensor(0.6).double(), torch.tensor(0.55).double()
    moved = step_to(noisy, v + 1, now, then) - step_to(noisy, v, now, then)
    sine = torch.sin((now - then) * torch.pi / 2)
    torch.testing.assert_close(moved, -sine.expand_as(moved))
    (alpha, _), (_, sigma) = alpha_sigma(then), alpha_sigma(now)
    assert alpha * sigma > 5 * sine


def test_bend_is_called_once_a_step_with_what_the_step_found() -> None:
    seen = []

    def look(step: int, halfway: Halfway) -> torch.Tensor:
        seen.append((step, halfway.h.shape))
        return halfway.h

    network, noise = tiny_denoiser(), torch.randn(2, 1, 16, 16)
    drawn = draw(network, noise, 5, look)
    assert seen == [(step, (2, *network.config.h_shape)) for step in range(5)]
    torch.testing.assert_close(drawn, draw(network, noise, 5, as_found))


def test_invert_and_draw_give_the_picture_back() -> None:
    network, pictures = tiny_denoiser(), torch.rand(3, 1, 16, 16) * 2 - 1

    def lost(steps: int, rounds: int) -> float:
        back = draw(network, invert(network, pictures, steps, rounds), steps)
        return float((back - pictures).square().mean().sqrt())

    assert lost(250, 0) < 1e-2
    assert lost(50, 0) > 1e-2, "each round is worth many steps"
    assert lost(50, 1) < 1e-2
    assert lost(50, 3) < 1e-4


def test_invert_finds_the_noise_of_what_was_drawn() -> None:
    network, noise = tiny_denoiser(), torch.randn(3, 1, 16, 16)
    found = invert(network, draw(network, noise, 20), 20, rounds=4)
    assert (found - noise).square().mean().sqrt() < 1e-3


def test_noise_of_a_seed_is_the_same_beside_any_other() -> None:
    config = tiny_denoiser().config
    torch.testing.assert_close(noise_of(config, [3, 7])[1], noise_of(config, [7])[0])
    assert noise_of(config, [1, 2]).shape == (2, 1, 16, 16)
