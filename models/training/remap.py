"""Give a trained generator a new mapping network.

A mapping that has fallen into a few modes is not led out of them by its own samples. The synthesis
network is worth keeping: codes that an encoder found show what it can draw. A fresh mapping around
the old mean code reaches in all directions at once, and learns which of them are drawings.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from models.stylegan2.generator import Generator, Mapping
from models.stylegan2.layers import activate

_DRAWS = 4096
_HALVINGS = 60


def with_new_mapping(generator: Generator, layers: int, seed: int = 0) -> Generator:
    """Return a generator with the same synthesis and w_avg, and a fresh mapping.

    Args:
        generator: trained.
        layers: of the new mapping network.
        seed: of its weights.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        renewed = Generator(replace(generator.config, mapping_layers=layers))
        z = torch.randn(_DRAWS, generator.config.z_dim)
    renewed.synthesis.load_state_dict(generator.synthesis.state_dict())
    renewed.mapping.w_avg.copy_(generator.mapping.w_avg)
    _centre(renewed.mapping, z)
    return renewed


@torch.no_grad()
def _centre(mapping: Mapping, z: Tensor) -> None:
    """Set the last bias so that the mean of w over `z` is `w_avg`, by bisection in each number."""
    last = mapping.get_submodule(f"fc{mapping.layers - 1}")
    last.bias.zero_()
    inner: list[Tensor] = []
    hook = last.register_forward_hook(lambda _module, _inputs, output: inner.append(output))
    mapping.to_w(z)
    hook.remove()
    low = torch.full_like(mapping.w_avg, -1000.0)
    high = -low
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = activate(inner[0] + middle).mean(dim=0) > mapping.w_avg
        low, high = torch.where(above, low, middle), torch.where(above, middle, high)
    last.bias.copy_((low + high) / 2 / last.bias_gain)
