"""The slow rival: no encoder, but 300 steps of optimisation in W+ for each ink."""

from __future__ import annotations

import numpy as np
import torch

from exhibit.contract.values import Gray
from models.measures.likeness import coarse_loss, soft_recall
from models.networks.stylegan2.generator import Generator
from models.sketches.raster import Pictures, as_gray, as_network_input

STEPS = 300
RATE = 0.05
OFFSET_WEIGHT = 0.02
_CHUNK = 8


def optimised(generator: Generator, inks: Pictures, steps: int = STEPS) -> Gray:
    """Answer inks by descending in W+ from the mean code.

    Args:
        generator: in evaluation mode, gradients off.
        inks: each (S, S) uint8.
        steps: of Adam.

    Returns:
        (n, R, R) uint8.

    Source: Abdal et al. 2019, "Image2StyleGAN"; the distance is ours: what is not followed, and
        L1 at 32 px, since an ink is no picture to be copied.
    """
    found = []
    for first in range(0, len(inks), _CHUNK):
        part = as_network_input(np.stack(list(inks[first : first + _CHUNK])))
        found.append(_descend(generator, torch.from_numpy(part)[:, None], steps))
    return np.concatenate(found)


def _descend(generator: Generator, ink: torch.Tensor, steps: int) -> Gray:
    mean = generator.mapping.w_avg
    shape = (len(ink), generator.synthesis.num_ws, generator.synthesis.w_dim)
    w_plus = mean.expand(shape).clone().requires_grad_(True)
    optimizer = torch.optim.Adam([w_plus], lr=RATE)
    side = generator.config.resolution
    wanted = torch.nn.functional.interpolate(ink, size=(side, side), mode="area")
    for _ in range(steps):
        optimizer.zero_grad(set_to_none=True)
        picture = generator.synthesis(w_plus).mean(dim=1, keepdim=True)
        loss = (1 - soft_recall(picture, ink)).sum() + coarse_loss(picture, wanted) * len(ink)
        loss = loss + OFFSET_WEIGHT * (w_plus - mean).square().mean() * len(ink)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return as_gray(generator.synthesis(w_plus).mean(dim=1).numpy())
