"""Another form of a network must be the same function, or a bundle draws what nobody trained."""

import pytest

torch = pytest.importorskip("torch")

from models.export.forms import encoder_form, generator_form, strided  # noqa: E402
from models.networks.psp.config import EncoderConfig  # noqa: E402
from models.networks.psp.inverter import Inverter  # noqa: E402
from models.networks.stylegan2.config import GeneratorConfig  # noqa: E402
from models.networks.stylegan2.generator import Generator  # noqa: E402
from tests.models.hands import published_encoder, small_config  # noqa: E402

FINE = {"ink_size": 128, "feature_side": 32, "detail_channels": 2, "feature_channels": 48}


def with_random_weights(network: torch.nn.Module) -> torch.nn.Module:
    """A network whose parts that begin at zero do not hide what is before them."""
    generator = torch.Generator().manual_seed(3)
    for parameter in network.parameters():
        parameter.data = 0.3 * torch.randn(parameter.shape, generator=generator)
    return network.eval().requires_grad_(False)


@pytest.mark.parametrize(
    "config",
    [small_config(), small_config(planes=3, **FINE), small_config(ink_size=256)],
    ids=["coarse map", "fine map with detail", "deeper fold"],
)
def test_encoder_form_gives_the_same_codes(config: EncoderConfig) -> None:
    inverter = with_random_weights(Inverter(config))
    ink = torch.rand(2, config.planes, config.ink_size, config.ink_size) * 2 - 1
    for before, after in zip(inverter(ink), encoder_form(inverter)(ink), strict=True):
        assert float((before - after).abs().max()) < 1e-5 * float(before.abs().max())


def test_encoder_form_leaves_the_network_and_the_published_backbone_alone() -> None:
    inverter = with_random_weights(Inverter(small_config()))
    before = {name: value.clone() for name, value in inverter.state_dict().items()}
    encoder_form(inverter)
    assert all(torch.equal(value, before[name]) for name, value in inverter.state_dict().items())
    published = published_encoder()
    assert encoder_form(published).state_dict().keys() == published.state_dict().keys()


@pytest.mark.parametrize("fold", [2, 4])
def test_strided_is_a_fold_and_the_convolution_after_it(fold: int) -> None:
    unshuffle = torch.nn.PixelUnshuffle(fold)
    conv = torch.nn.Conv2d(3 * fold**2, 5, 3, padding=1)
    x = torch.randn(1, 3, 8 * fold, 8 * fold)
    assert torch.allclose(conv(unshuffle(x)), strided(unshuffle, conv)(x), atol=1e-5)


@pytest.mark.parametrize("layout", ["light", "published"])
@pytest.mark.parametrize("colours", [1, 3])
def test_generator_form_gives_the_same_picture(layout: str, colours: int) -> None:
    config = GeneratorConfig(
        resolution=64,
        z_dim=8,
        w_dim=8,
        img_channels=colours,
        channel_base=512,
        channel_max=16,
        layout=layout,
        feature_resolution=32,
        detail_channels=2,
        conv_clamp=4.0,
    )
    generator = with_random_weights(Generator(config))
    ws, feature = torch.randn(1, config.num_ws, 8), torch.randn(1, *config.feature_shape)
    for given in (feature, None):
        before = generator.synthesis(ws, given)
        after = generator_form(generator).synthesis(ws, given)
        assert torch.allclose(before, after, atol=1e-4 * float(before.abs().max()))
