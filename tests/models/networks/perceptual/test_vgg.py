import pytest

torch = pytest.importorskip("torch")

from models.networks.perceptual.vgg import Vgg16  # noqa: E402
from models.networks.perceptual.weights import read_arrays, weights_path  # noqa: E402
from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402


def test_vgg16_has_five_taps_that_halve():
    need_perceptual_weights()
    vgg = Vgg16(read_arrays(weights_path()))
    with torch.no_grad():
        taps = vgg(torch.rand(1, 1, 32, 32) * 2 - 1)
    assert [tuple(tap.shape[1:]) for tap in taps] == [
        (64, 32, 32), (128, 16, 16), (256, 8, 8), (512, 4, 4), (512, 2, 2),
    ]  # fmt: skip
    assert taps[-1].abs().sum() > 0
