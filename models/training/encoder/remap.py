"""Give a trained generator a new mapping network.

A mapping that has fallen into a few modes is not led out of them by its own samples. The synthesis
network is worth keeping: codes that an encoder found show what it can draw. A fresh mapping around
the old mean code reaches in all directions at once, and learns which of them are drawings.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from models.networks.stylegan2.generator import Generator, Mapping
from models.networks.stylegan2.layers import FullyConnected, activate
from models.training.parts.latent_places import on_the_sphere

_DRAWS = 4096
_HALVINGS = 60
_FIT_STEPS, _FIT_BATCH, _FIT_RATE = 1500, 256, 1.0
"""The rate is high since a mapping learns a hundred times more slowly than the rest."""


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


def with_fitted_mapping(
    generator: Generator, own: Tensor, layers: int, z_dim: int, seed: int = 0
) -> tuple[Generator, Tensor]:
    """Return a generator with a mapping of shorter latents, among which drawings lie close.

    In 128 numbers a random latent is far from each of a thousand drawings, and its picture a
    little of all; in 16 it has neighbours. New latents are the principal components of the
    drawings' codes, and the new mapping is fitted to the plane that these span.

    Args:
        generator: trained, its drawings with latents of their own.
        own: (n, old z_dim), those latents.
        layers: of the new mapping network.
        z_dim: length of the new latents, less than n.
        seed: of everything random.

    Returns:
        The generator with the same synthesis and w_avg, and the drawings' new latents (n, z_dim).
    """
    with torch.no_grad():
        w = generator.mapping.to_w(own)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        _, _, axes = torch.pca_lowrank(w, q=z_dim, niter=4)
        scores = (w - w.mean(dim=0)) @ axes
        deviations = scores.std(dim=0)
        config = replace(generator.config, mapping_layers=layers, z_dim=z_dim)
        renewed = Generator(config)
        _fit(renewed.mapping, w.mean(dim=0), deviations[:, None] * axes.t())
    renewed.synthesis.load_state_dict(generator.synthesis.state_dict())
    renewed.mapping.w_avg.copy_(generator.mapping.w_avg)
    return renewed, on_the_sphere(scores / deviations)


def _fit(mapping: Mapping, mean: Tensor, axes: Tensor) -> None:
    """Teach a mapping w = mean + z·axes for z (n, z_dim) on its sphere; axes (z_dim, w_dim)."""
    optimizer = torch.optim.Adam(mapping.parameters(), lr=_FIT_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _FIT_STEPS)
    for _ in range(_FIT_STEPS):
        z = on_the_sphere(torch.randn(_FIT_BATCH, mapping.z_dim))
        loss = (mapping.to_w(z) - mean - z @ axes).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


@torch.no_grad()
def _centre(mapping: Mapping, z: Tensor) -> None:
    """Set the last bias so that the mean of w over `z` is `w_avg`, by bisection in each number."""
    last = mapping.get_submodule(f"fc{mapping.layers - 1}")
    assert isinstance(last, FullyConnected)
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
