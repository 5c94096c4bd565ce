"""The methods learn what they are named after."""

import pytest

torch = pytest.importorskip("torch")

from benchmarks.inversions.learning import learn  # noqa: E402
from models.networks.stylegan2.config import GeneratorConfig  # noqa: E402
from models.networks.stylegan2.generator import Generator  # noqa: E402


def test_learn_gives_codes_and_pictures_of_the_generators_shape() -> None:
    torch.manual_seed(0)
    config = GeneratorConfig(
        resolution=64, z_dim=8, w_dim=8, mapping_layers=0, channel_base=128, channel_max=8
    )
    generator = Generator(config).eval().requires_grad_(False)
    drawings = torch.randint(0, 256, (8, 1, 64, 64), dtype=torch.uint8)
    seen = drawings[:3].float() / 127.5 - 1
    found, again = (dict(learn(generator, drawings, pictures=16, seed=1)) for _ in range(2))
    assert tuple(found) == ("pSp", "e4e", "ReStyle", "HyperStyle")
    weights = [method.weights for method in found.values()]
    assert weights[0] == weights[1] < weights[2] < weights[3]
    with torch.no_grad():
        codes = {name: method.encode(seen) for name, method in found.items()}
        assert all(code.shape == (3, config.num_ws, 8) for code in codes.values())
        torch.testing.assert_close(codes["HyperStyle"], codes["e4e"])
        assert (codes["pSp"] - codes["e4e"]).abs().max() > 0
        for name, method in found.items():
            drawn = method.redraw(seen, codes[name])
            torch.testing.assert_close(again[name].redraw(seen, codes[name]), drawn)
            own = (drawn - generator.synthesis(codes[name])).abs().max() > 0
            assert bool(own) == (name == "HyperStyle")
