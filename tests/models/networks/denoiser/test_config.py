"""A shape that cannot be built is refused by name, and what is saved is what is built again."""

import pytest

pytest.importorskip("torch")

from models.networks.denoiser.config import DenoiserConfig, DenoiserError


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"resolution": 48}, "resolution 48"),
        ({"img_channels": 2}, "img_channels 2"),
        ({"channels": (32, 40, 64)}, r"channels \[32, 40, 64\]"),
        ({"blocks": (1, 1)}, r"blocks \[1, 1\]"),
        ({"blocks": (1, 0, 1)}, r"blocks \[1, 0, 1\]"),
        ({"heads": 3}, "heads 3"),
        ({"resolution": 8, "patch": 4}, "patch 4"),
    ],
)
def test_config_that_cannot_be_built_is_refused_by_name(wrong, said) -> None:
    with pytest.raises(DenoiserError, match=said):
        DenoiserConfig(**wrong)


def test_config_comes_back_from_its_plain_values() -> None:
    config = DenoiserConfig(resolution=32, channels=(16, 32), blocks=(2, 1))
    assert DenoiserConfig.from_dict(config.to_dict()) == config


def test_config_from_unknown_values_is_refused() -> None:
    with pytest.raises(DenoiserError, match="depth unknown"):
        DenoiserConfig.from_dict({"depth": 3})


def test_config_says_the_shape_of_h() -> None:
    assert DenoiserConfig().h_shape == (128, 8, 8)
