"""Changed kernels draw what a generator with those kernels draws."""

import copy

import pytest

torch = pytest.importorskip("torch")

from benchmarks.inversions.hypernetwork import (  # noqa: E402
    Hypernetwork,
    draw_changed,
    kernels_of,
)
from models.networks.stylegan2.config import GeneratorConfig  # noqa: E402
from models.networks.stylegan2.generator import Generator  # noqa: E402


def _generator() -> Generator:
    torch.manual_seed(0)
    config = GeneratorConfig(
        resolution=32, z_dim=8, w_dim=8, mapping_layers=0, channel_base=128, channel_max=16
    )
    return Generator(config).eval().requires_grad_(False)


def test_every_head_is_drawn_with_its_own_kernels() -> None:
    synthesis = _generator().synthesis
    codes = torch.randn(2, synthesis.num_ws, synthesis.w_dim)
    changes = {
        name: 0.3 * torch.randn(2, *kernel.shape[:2], 1, 1)
        for name, kernel in kernels_of(synthesis).items()
    }
    drawn = draw_changed(synthesis, codes, changes)
    for index in range(2):
        other = copy.deepcopy(synthesis)
        for name, kernel in kernels_of(other).items():
            kernel.copy_(kernel * (1 + changes[name][index]))
        torch.testing.assert_close(drawn[index], other(codes[index : index + 1])[0])
    plain = synthesis(codes)
    assert (drawn - plain).abs().max() > 0.01
    torch.testing.assert_close(
        draw_changed(synthesis, codes, {name: 0 * change for name, change in changes.items()}),
        plain,
    )


def test_hypernetwork_says_a_factor_for_every_pair_of_channels() -> None:
    synthesis = _generator().synthesis
    pictures = torch.randn(3, 1, 32, 32)
    changes = Hypernetwork(synthesis)(pictures, pictures)
    assert {n: tuple(c.shape) for n, c in changes.items()} == {
        name: (3, *kernel.shape[:2], 1, 1) for name, kernel in kernels_of(synthesis).items()
    }
    assert not any("torgb" in name for name in changes)
