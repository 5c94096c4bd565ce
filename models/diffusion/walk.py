"""Samples on their way from noise to pictures, with what the bottleneck was at every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import psutil
import torch
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.contract.values import Floats, Gray
from models.diffusion.subject import DenoiserSubject
from models.networks.denoiser.ddim import Bend, draw
from models.networks.denoiser.unet import Halfway
from models.networks.pixels import to_uint8

BATCH = 16
MEMORY_SHARE = 0.5
Tell = Callable[[int], object]
"""Called with how many samples have arrived, after every batch of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Samples and their ways.

    Args:
        paths: (steps, n, h_size) float32, h at every step.
        pictures: (n, R, R) uint8, where the ways end.
    """

    paths: Floats
    pictures: Gray


def walk(subject: DenoiserSubject, count: int, tell: Tell = lambda _: None) -> Walk:
    """Draw samples of the subject's seed and keep h of every step.

    Args:
        subject: denoiser and steps.
        count: how many samples.
        tell: hears of progress.

    Raises:
        InputError: they would take more than half of the free memory.
    """
    size = 4 * subject.steps * count * subject.h_size
    if size > MEMORY_SHARE * psutil.virtual_memory().available:
        raise InputError(
            f"{count} samples of {subject.steps} steps: {size / 1e9:.1f} GB of h, expected at most "
            "half of the free memory"
        )
    paths = np.empty((subject.steps, count, subject.h_size), np.float32)
    pictures: list[Gray] = []
    for noise in subject.noise(count).split(BATCH):
        first = sum(map(len, pictures))
        rows = slice(first, first + len(noise))

        def keep(step: int, halfway: Halfway, rows: slice = rows) -> Tensor:
            paths[step, rows] = halfway.h.flatten(1).numpy()
            return halfway.h

        pictures.append(as_grey_pictures(draw(subject.network, noise, subject.steps, keep)))
        tell(rows.stop)
    return Walk(paths, np.concatenate(pictures))


def draw_pictures(subject: DenoiserSubject, noise: Tensor, bend: Bend) -> Gray:
    """Draw noise (n, C, R, R) as grey pictures (n, R, R) uint8."""
    parts = [draw(subject.network, part, subject.steps, bend) for part in noise.split(BATCH)]
    return as_grey_pictures(torch.cat(parts))


def as_grey_pictures(pictures: Tensor) -> Gray:
    """Pictures (n, C, R, R), −1 … 1, as (n, R, R) uint8."""
    return to_uint8(pictures).mean(axis=3).round().astype(np.uint8)
