"""AlexNet and its LPIPS, from the same arrays as the `lpips` package."""

import pytest

torch = pytest.importorskip("torch")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from models.networks.perceptual.alexnet import training_alexnet  # noqa: E402
from models.networks.perceptual.lpips import training_lpips  # noqa: E402


def test_forward_gives_the_five_activations():
    with torch.no_grad():
        taps = training_alexnet()(torch.rand(1, 1, 64, 64) * 2 - 1)
    assert [tap.shape[1] for tap in taps] == [64, 192, 384, 256, 256]
    assert [tap.shape[2] for tap in taps] == [15, 7, 3, 3, 3]


def test_training_lpips_grows_with_the_change_and_is_zero_without():
    lpips = training_lpips()
    torch.manual_seed(0)
    a = torch.ones(1, 1, 64, 64)
    a[..., 30:34, :] = -1
    near, far = a.clone(), a.clone()
    near[..., 33, :] = 1
    far[..., 30:34, :] = 1
    far[..., :, 10:14] = -1
    with torch.no_grad():
        distances = [lpips(a, b).item() for b in (a, near, far)]
    assert distances[0] == pytest.approx(0, abs=1e-6)
    assert distances[0] < distances[1] < distances[2]


@pytest.mark.parametrize("size", [(64, 64), (61, 130), (128, 96)])
def test_grey_pictures_are_seen_as_those_of_three_equal_colours(size: tuple[int, int]):
    torch.manual_seed(0)
    grey = (torch.rand(2, 1, *size) * 2 - 1).requires_grad_()
    network, gradients = training_alexnet(), []
    taps = [network(grey), network(grey.expand(-1, 3, -1, -1))]
    for once, thrice in zip(*taps, strict=True):
        assert torch.allclose(once, thrice, atol=1e-3)
    for found in taps:
        gradients.append(torch.autograd.grad(sum(tap.square().mean() for tap in found), grey)[0])
    assert torch.allclose(*gradients, rtol=1e-3, atol=1e-4 * gradients[0].abs().max())
