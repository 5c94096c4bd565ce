"""The directions of h that change the picture, or a part of it, most at every step."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from exhibit.contract.values import Doubles
from models.diffusion.steps import followed
from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import Tell, Walk
from models.directions.jacobian import ANGLE_RAD, Subspace, leading_singular, pixels_of
from models.directions.local_map import LocalMap
from models.directions.region import Mask, describe
from models.directions.result import DirectionSet
from models.networks.denoiser.ddim import step_to, times_of
from models.networks.denoiser.unet import Denoiser, Halfway


@dataclass(frozen=True, slots=True, eq=False)
class DenoiserMap(LocalMap):
    """The upper half of a denoiser around what it found of one noisy picture.

    Args:
        network: the denoiser.
        halfway: of one picture, at one time; skips and time stay as they are.
    """

    network: Denoiser
    halfway: Halfway

    @property
    def free(self) -> int:
        """Return the length of h."""
        return math.prod(self.network.config.h_shape)

    def picture(self, change: Tensor) -> Tensor:
        """Return v for h moved by a change (free,): (pixels,).

        The predicted noise is σ·noisy + α·v, so that its Jacobian has the same singular vectors.
        """
        moved = self.halfway.h + change.reshape(self.halfway.h.shape)
        return self.network.from_h(moved, self.halfway).flatten()


def maps_by_step(subject: DenoiserSubject, samples: int) -> Iterator[list[DenoiserMap]]:
    """Follow samples of the subject's seed, and give the maps around all of them at every step."""
    # Derivatives of several tangents at once need networks in the usual layout.
    network = copy.deepcopy(subject.network).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    times = times_of(subject.steps)
    noisy = [one[None] for one in subject.noise(samples)]
    for step in range(subject.steps):
        with torch.no_grad():
            halfways = [network.to_h(one, times[step : step + 1]) for one in noisy]
            noisy = [
                step_to(one, network.from_h(half.h, half), times[step], times[step + 1])
                for one, half in zip(noisy, halfways, strict=True)
            ]
        yield [DenoiserMap(network, half) for half in halfways]


def discover(
    subject: DenoiserSubject,
    walk: Walk,
    region: Mask | None = None,
    samples: int = 1,
    angle_rad: float = ANGLE_RAD,
    tell: Tell = lambda _: None,
) -> DirectionSet:
    """Find the leading right singular vectors of ∂ε/∂h at every step, and follow each.

    What is found at a step begins the search at the next, and is matched with it by |cosine|. At
    every step a direction is as long as samples differ along it.

    Args:
        subject: denoiser and choices.
        walk: samples, to measure how long a direction is.
        region: (R, R), true inside; None for the whole picture.
        samples: pictures whose Grams add up; 1 is the picture of the seed.
        angle_rad: as in `models.directions.jacobian.subspace_iteration`.
        tell: hears of the steps done.

    Returns:
        Directions; their scores are singular values, on the mean of all steps.

    Source: as `subspace_iteration`, with the mask of its section 3.4.
    """
    config = subject.network.config
    weight = pixels_of(region, config.img_channels, config.resolution)
    found: list[Subspace] = []
    for step, maps in enumerate(maps_by_step(subject, samples)):
        near = found[-1].vectors if found else None
        found.append(
            leading_singular(maps, weight, subject.count, subject.seed + step, angle_rad, near)
        )
        tell(step + 1)
    vectors, scores, constancy = _through_steps(found, walk)
    details: dict[str, Any] = {"samples": samples, "rounds": sum(one.rounds for one in found)}
    if region is not None:
        details["region"] = describe(region)
    made = subject.results("h-jacobian", vectors, walk.paths, scores, details)
    for direction, constant in zip(made, constancy, strict=True):
        direction.details["constancy"] = round(float(constant), 4)
    return made


def _through_steps(found: list[Subspace], walk: Walk) -> tuple[Doubles, Doubles, Doubles]:
    """Vectors (k, steps, d) as long as samples differ along them, singular values, constancy."""
    likeness = [b.vectors @ a.vectors.T for a, b in zip(found[1:], found[:-1], strict=True)]
    orders, signs, constancy = followed(likeness)
    vectors, sizes = [], []
    for one, h, order, sign in zip(found, walk.paths, orders, signs, strict=True):
        units = one.vectors[order] * sign[:, None]
        spread = (h @ units.T.astype(np.float32)).std(axis=0)
        vectors.append(units * spread[:, None])
        sizes.append(np.sqrt(np.maximum(one.values[order], 0)))
    scores = np.mean(sizes, axis=0)
    best = np.argsort(-scores, kind="stable")
    return np.stack(vectors, axis=1)[best], scores[best], constancy[best]
