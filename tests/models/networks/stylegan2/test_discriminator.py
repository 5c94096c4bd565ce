"""The discriminator: names, shapes and what it refuses."""

import pytest

torch = pytest.importorskip("torch")

from models.networks.stylegan2.config import DiscriminatorConfig, ModelError  # noqa: E402
from models.networks.stylegan2.discriminator import Discriminator, MinibatchStd  # noqa: E402

SMALL = {"resolution": 32, "channel_base": 256, "channel_max": 8}


def test_discriminator_state_dict_has_the_published_names() -> None:
    names = set(Discriminator(DiscriminatorConfig(**SMALL)).state_dict())
    for name in (
        "b32.fromrgb.weight",
        "b32.conv0.bias",
        "b16.conv1.resample_filter",
        "b8.skip.weight",
        "b4.conv.weight",
        "b4.fc.weight",
        "b4.out.bias",
    ):
        assert name in names
    assert "b16.fromrgb.weight" not in names
    assert "b8.skip.bias" not in names


@pytest.mark.parametrize("layout", ["published", "light"])
def test_discriminator_of_each_layout_gives_one_logit_with_second_derivative(layout) -> None:
    discriminator = Discriminator(DiscriminatorConfig(layout=layout, **SMALL))
    pictures = torch.randn(4, 1, 32, 32, requires_grad=True)
    logits = discriminator(pictures)
    assert logits.shape == (4, 1)
    (gradient,) = torch.autograd.grad(logits.sum(), pictures, create_graph=True)
    gradient.square().sum().backward()
    assert discriminator.b32.conv0.weight.grad.abs().sum() > 0


def test_minibatch_std_of_equal_pictures_is_almost_zero_and_of_different_ones_is_not() -> None:
    layer = MinibatchStd(4)
    equal = layer(torch.randn(1, 3, 4, 4).repeat(8, 1, 1, 1))
    assert equal.shape == (8, 4, 4, 4)
    assert equal[:, 3].max() < 1e-3
    assert layer(torch.randn(8, 3, 4, 4))[:, 3].min() > 0.3


def test_discriminator_with_wrong_inputs_names_what_was_expected() -> None:
    discriminator = Discriminator(DiscriminatorConfig(**SMALL))
    with pytest.raises(ModelError, match=r"expected \(n, 1, 32, 32\)"):
        discriminator(torch.zeros(4, 1, 16, 16))
    with pytest.raises(ModelError, match="batch of 6"):
        discriminator(torch.zeros(6, 1, 32, 32))
