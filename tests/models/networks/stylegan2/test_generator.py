"""The generator computes what the published one computes, and says so when misused."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.networks.stylegan2.config import GeneratorConfig, ModelError  # noqa: E402
from models.networks.stylegan2.generator import Generator  # noqa: E402

REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "stylegan2_gray32.npz"
SMALL = {"resolution": 32, "z_dim": 8, "w_dim": 8, "mapping_layers": 2}
SMALL |= {"channel_base": 256, "channel_max": 8}


def small_generator(**changes) -> Generator:
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(**(SMALL | changes)))
    with torch.no_grad():
        for name, parameter in generator.named_parameters():
            if name.endswith("noise_strength"):
                parameter.fill_(0.3)
    return generator.eval()


@pytest.fixture(scope="module")
def reference():
    if not REFERENCE.is_file():
        pytest.skip(f"{REFERENCE} is not on this machine")
    with np.load(REFERENCE) as arrays:
        tensors = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    config = GeneratorConfig(
        resolution=32,
        z_dim=64,
        w_dim=64,
        mapping_layers=4,
        channel_base=1024,
        channel_max=64,
        layout="published",
    )
    generator = Generator(config)
    weights = {name[3:]: value for name, value in tensors.items() if name.startswith("sd/")}
    generator.load_state_dict(weights)
    return generator.eval(), tensors


@torch.no_grad()
def test_mapping_with_published_weights_gives_published_codes(reference) -> None:
    generator, tensors = reference
    torch.testing.assert_close(generator.mapping(tensors["z"]), tensors["ws"], atol=1e-4, rtol=0)
    truncated = generator.mapping(tensors["z"], truncation_psi=0.6)
    torch.testing.assert_close(truncated, tensors["ws_psi06"], atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("codes", "noise_mode", "picture"),
    [
        ("ws", "const", "img_const"),
        ("ws", "none", "img_none"),
        ("w_plus", "const", "img_w_plus"),
    ],
)
@torch.no_grad()
def test_synthesis_with_published_weights_gives_published_pictures(
    reference, codes, noise_mode, picture
) -> None:
    generator, tensors = reference
    drawn = generator.synthesis(tensors[codes], noise_mode=noise_mode)
    torch.testing.assert_close(drawn, tensors[picture], atol=1e-4, rtol=0)


@pytest.mark.parametrize("layout", ["published", "light"])
@torch.no_grad()
def test_modulated_convolution_equals_weights_scaled_per_sample(layout) -> None:
    """The shared convolution must not drift from eqs. 1 and 3 of the paper."""
    layer = small_generator(layout=layout).synthesis.b8.conv1
    x, w = torch.randn(3, 8, 8, 8), torch.randn(3, 8)
    style = layer.affine(w)
    weights = layer.weight[None] * style[:, None, :, None, None]
    norm = weights.square().sum(dim=(2, 3, 4), keepdim=True)
    weights = weights * torch.rsqrt(norm + 1e-8)
    per_sample = [
        torch.nn.functional.conv2d(x[i : i + 1], weights[i], padding=1) for i in range(len(x))
    ]
    expected = torch.cat(per_sample) + layer.noise_const * layer.noise_strength
    expected = expected + layer.bias[None, :, None, None]
    expected = torch.nn.functional.leaky_relu(expected, 0.2) * 2**0.5
    torch.testing.assert_close(layer(x, w, "const"), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("layout", ["published", "light"])
@torch.no_grad()
def test_synthesis_of_each_layout_and_colour_has_the_right_shape(layout) -> None:
    generator = small_generator(layout=layout, img_channels=3, resolution=64)
    pictures = generator(torch.randn(2, 8))
    assert pictures.shape == (2, 3, 64, 64)
    assert generator.config.num_ws == 10


@torch.no_grad()
def test_synthesis_with_zero_feature_is_unchanged_and_with_another_differs() -> None:
    generator = small_generator()
    ws = generator.mapping(torch.randn(2, 8))
    plain = generator.synthesis(ws)
    zero = torch.zeros(2, *generator.synthesis.feature_shape)
    assert torch.equal(generator.synthesis(ws, feature=zero), plain)
    shifted = generator.synthesis(ws, feature=zero + 1)
    assert (shifted - plain).abs().mean() > 1e-3


@torch.no_grad()
def test_synthesis_with_detail_changes_the_picture_where_the_detail_lies() -> None:
    generator = small_generator(detail_channels=2)
    ws = generator.mapping(torch.randn(1, 8))
    plain = generator.synthesis(ws)
    assert generator.synthesis.feature_shape == (8 + 2 * 2**2, 16, 16)
    feature = torch.zeros(1, *generator.synthesis.feature_shape)
    assert torch.equal(generator.synthesis(ws, feature=feature), plain)
    feature[:, 8:, 5, 9] = 1.0  # a cell of 2 by 2 pixels from row 10 and column 18
    changed = (generator.synthesis(ws, feature=feature) - plain).abs().amax(dim=(0, 1)) > 0
    rows, columns = changed.nonzero().unbind(dim=1)
    assert len(rows)
    # Two convolutions of three pixels reach two pixels beyond the cell.
    assert 8 <= rows.min() <= rows.max() <= 13
    assert 16 <= columns.min() <= columns.max() <= 21


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"detail_channels": -1}, "detail_channels -1: expected at least 0"),
        (
            {"detail_channels": 2, "feature_resolution": 32},
            "at resolution 32: expected a picture finer than its map of 32",
        ),
    ],
)
def test_generator_config_with_impossible_detail_is_refused(changes, said) -> None:
    with pytest.raises(ModelError, match=said):
        GeneratorConfig(**(SMALL | changes))


@torch.no_grad()
def test_noise_mode_random_differs_between_calls_and_const_does_not() -> None:
    generator = small_generator()
    ws = generator.mapping(torch.randn(1, 8))
    assert torch.equal(generator.synthesis(ws), generator.synthesis(ws))
    first, second = (generator.synthesis(ws, noise_mode="random") for _ in range(2))
    assert not torch.equal(first, second)


@torch.no_grad()
def test_mapping_with_cutoff_truncates_only_the_coarse_layers() -> None:
    generator = small_generator()
    generator.mapping.w_avg.normal_()
    z = torch.randn(2, 8)
    ws = generator.mapping(z)
    cut = generator.mapping(z, truncation_psi=0.0, truncation_cutoff=3)
    torch.testing.assert_close(cut[:, :3], generator.mapping.w_avg.expand(2, 3, 8))
    assert torch.equal(cut[:, 3:], ws[:, 3:])


def test_generator_with_wrong_inputs_names_what_was_expected() -> None:
    generator = small_generator()
    with pytest.raises(ModelError, match=r"expected \(n, 8, 8\)"):
        generator.synthesis(torch.zeros(1, 7, 8))
    with pytest.raises(ModelError, match="noise_mode 'loud'"):
        generator.synthesis(torch.zeros(1, 8, 8), noise_mode="loud")
    with pytest.raises(ModelError, match="z_dim 4: expected z_dim 8"):
        GeneratorConfig(mapping_layers=0, z_dim=4, w_dim=8)
    with pytest.raises(ModelError, match="resolution 48"):
        GeneratorConfig(resolution=48)
    with pytest.raises(ModelError, match="img_channels 2"):
        GeneratorConfig(img_channels=2)
    with pytest.raises(ModelError, match="unknown key 'depth'"):
        GeneratorConfig.from_dict({"depth": 3})


def test_mapping_of_no_layers_is_the_normalised_latent() -> None:
    config = GeneratorConfig(**SMALL | {"mapping_layers": 0})
    z = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    w = Generator(config).mapping.to_w(z)
    torch.testing.assert_close(w.square().mean(dim=1), torch.ones(5), atol=1e-4, rtol=0)
    torch.testing.assert_close(torch.cosine_similarity(w, z), torch.ones(5))
