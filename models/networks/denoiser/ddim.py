"""The deterministic way from noise to a picture, and back."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from models.networks.denoiser.schedule import alpha_sigma, parts_of
from models.networks.denoiser.unet import Denoiser, Halfway

Bend = Callable[[int, Halfway], Tensor]
"""Gives the bottleneck that a step goes up from, from the step's number and what it found."""


def as_found(_step: int, halfway: Halfway) -> Tensor:
    """Leave the bottleneck as it is."""
    return halfway.h


def times_of(steps: int) -> Tensor:
    """Times between which `steps` steps go: (steps + 1,), from 1 (noise) to 0 (picture)."""
    return torch.linspace(1.0, 0.0, steps + 1)


def step_to(noisy: Tensor, v: Tensor, now: Tensor, then: Tensor) -> Tensor:
    """Go from one time to another: P and D are of the same v.

    Args:
        noisy, v: (n, C, H, W).
        now, then: times, scalars; in either order.

    Returns:
        α(then)·P + D, with P the predicted picture and D = σ(then)·predicted noise.

    Source: Song et al. 2021, "Denoising Diffusion Implicit Models", eq. 12 with η = 0. A bent
        bottleneck changes v and with it both terms, as Haas et al. 2024 have it; Kwon et al. 2023
        (Asyrp) change P alone.
    """
    picture, noise = parts_of(noisy, v, now)
    alpha, sigma = alpha_sigma(then)
    return alpha * picture + sigma * noise


def denoise(network: Denoiser, noisy: Tensor, step: int, times: Tensor, bend: Bend) -> Tensor:
    """Take step number `step` of `times`, from times[step] to times[step + 1]."""
    now = times[step].expand(len(noisy))
    halfway = network.to_h(noisy, now)
    v = network.from_h(bend(step, halfway), halfway)
    return step_to(noisy, v, times[step], times[step + 1])


@torch.no_grad()
def draw(network: Denoiser, noise: Tensor, steps: int, bend: Bend = as_found) -> Tensor:
    """Go from noise to pictures.

    Args:
        network: in evaluation mode.
        noise: (n, C, H, W), the latents.
        steps: of equal length in time.
        bend: called once a step.

    Returns:
        (n, C, H, W), −1 ink … 1 paper; not clipped, so that `invert` finds the noise again.
    """
    times, noisy = times_of(steps).to(noise.device), noise
    for step in range(steps):
        noisy = denoise(network, noisy, step, times, bend)
    return noisy


@torch.no_grad()
def invert(network: Denoiser, pictures: Tensor, steps: int, rounds: int = 0) -> Tensor:
    """Find the noise that pictures are drawn from.

    Args:
        network: in evaluation mode.
        pictures: (n, C, H, W), −1 … 1.
        steps: as of `draw`.
        rounds: how often each step is corrected by the v of where it led.

    Returns:
        (n, C, H, W) noise.

    Source: Song et al. 2021, section 4.3, which takes v where a step begins and not where it leads;
        the rounds are the fixed point of Pan et al. 2023, "Effective Real Image Editing with
        Accelerated Iterative Diffusion Inversion".
    """
    times, here = times_of(steps).to(pictures.device), pictures
    for step in reversed(range(steps)):
        now, then = times[step + 1], times[step]
        there = step_to(here, network(here, now.expand(len(here))), now, then)
        for _ in range(rounds):
            there = _came_from(here, network(there, then.expand(len(here))), now, then)
        here = there
    return here


def _came_from(here: Tensor, v: Tensor, now: Tensor, then: Tensor) -> Tensor:
    """Solve step_to(x, v, then, now) = here for x."""
    (a, s), (b, t) = alpha_sigma(now), alpha_sigma(then)
    return (here - (s * b - a * t) * v) / (a * b + s * t)
