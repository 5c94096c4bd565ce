"""Move what a denoiser draws along a direction of h-space."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.contract.values import Gray
from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import draw_pictures
from models.directions.result import Discovered
from models.networks.denoiser.ddim import Bend, as_found
from models.networks.denoiser.unet import Halfway


def bent(subject: DenoiserSubject, direction: Discovered, strength: float) -> Bend:
    """Add a direction to the bottleneck of every step.

    The step goes on with a changed v, and so in both its terms (see `ddim.step_to`).

    Args:
        subject: of the denoiser and the steps that the direction was found for.
        direction: of h-space.
        strength: in units of h, over all steps together.

    Raises:
        InputError: the direction is of another space, another network or other steps.
    """
    shape = (subject.steps, *subject.network.config.h_shape)
    if direction.space != "h":
        raise InputError(
            f"direction '{direction.name}' is of {direction.space}; expected one that models "
            "diffuse found"
        )
    if direction.vector.shape != shape:
        raise InputError(
            f"direction '{direction.name}' is of {direction.vector.shape[0]} steps of "
            f"{direction.vector.shape[1:]}; expected {shape[0]} of {shape[1:]}"
        )
    change = strength * torch.from_numpy(np.array(direction.vector))

    def add(step: int, halfway: Halfway) -> Tensor:
        return halfway.h + change[step]

    return add


def draw_moved(
    subject: DenoiserSubject, noise: Tensor, direction: Discovered, strength: float
) -> Gray:
    """Draw noise (n, C, R, R) moved along a direction: (n, R, R) uint8; see `bent`."""
    return draw_pictures(subject, noise, bent(subject, direction, strength))


def draw_unmoved(subject: DenoiserSubject, noise: Tensor) -> Gray:
    """Draw noise (n, C, R, R) as it is: (n, R, R) uint8."""
    return draw_pictures(subject, noise, as_found)
