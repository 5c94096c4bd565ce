"""The methods learn what they are named after."""

import pytest
import torch

from benchmarks.inversions.learning import METHODS, STEPS, learn
from models.networks.stylegan2.config import GeneratorConfig
from models.networks.stylegan2.generator import Generator


@pytest.mark.parametrize("method", METHODS)
def test_learn_gives_codes_and_pictures_of_the_generators_shape(method: str) -> None:
    torch.manual_seed(0)
    config = GeneratorConfig(
        resolution=64, z_dim=8, w_dim=8, mapping_layers=0, channel_base=128, channel_max=8
    )
    generator = Generator(config).eval().requires_grad_(False)
    drawings = torch.randint(0, 256, (8, 1, 64, 64), dtype=torch.uint8)
    before = generator.mapping.w_avg.clone()
    found, again = (learn(method, generator, drawings, pictures=16, seed=1) for _ in range(2))
    seen = drawings[:3].float() / 127.5 - 1
    with torch.no_grad():
        codes = found.encode(seen)
        assert codes.shape == (3, config.num_ws, 8)
        assert found.redraw(seen, codes).shape == (3, 1, 64, 64)
        torch.testing.assert_close(again.encode(seen), codes)
        torch.testing.assert_close(generator.mapping.w_avg, before)
        if method == "HyperStyle":
            assert (found.redraw(seen, codes) - generator.synthesis(codes)).abs().max() > 0
    assert STEPS > 1
