"""What directions of h-space do to pictures, by the measures of a generator's directions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from models.diffusion.condition import condition
from models.diffusion.moving import bent, draw_moved, draw_unmoved
from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import BATCH, Walk
from models.directions.classifier import Classifier, score
from models.directions.effects import Table, changed_labels
from models.directions.region import Mask, change_ratio
from models.directions.result import DirectionSet, Discovered
from models.directions.safe_range import REACH_SIGMAS, Likeness, safe_range
from models.networks.denoiser.ddim import draw


def label_table(
    subject: DenoiserSubject,
    walk: Walk,
    directions: DirectionSet,
    classifier: Classifier,
    count: int,
    drawn: int,
) -> dict[str, Table]:
    """Move pictures by 2σ and see which labels change, before and after conditioning.

    Args:
        subject: whose seed is not that of the samples that directions were found on.
        walk: samples by which a conditioned direction's σ is measured.
        directions: named after labels.
        classifier: judges.
        count: at most so many pictures are moved, that do not have the label yet.
        drawn: so many are drawn to choose them from.

    Returns:
        As `models.directions.effects.label_table`.
    """
    noise = subject.noise(drawn)
    truths = score(classifier, draw_unmoved(subject, noise)) > 0

    def freed(one: Discovered, others: Sequence[Discovered]) -> Discovered:
        return condition(subject, walk, one, others).directions[0]

    def moved(chosen: NDArray[np.intp], one: Discovered, strength: float) -> Gray:
        return draw_moved(subject, noise[torch.from_numpy(chosen)], one, strength)

    return changed_labels(directions, classifier, truths, count, freed, moved)


def roir(
    subject: DenoiserSubject, direction: Discovered, region: Mask, strength: float, samples: int
) -> float:
    """Measure how much of a change falls outside a region for what falls inside.

    Args and Returns: as `models.directions.region.roir`; the strength is in units of h.
    """
    ratios = []
    for noise in subject.noise(samples).split(BATCH):
        moved = draw(subject.network, noise, subject.steps, bent(subject, direction, strength))
        ratios.append(change_ratio(moved - draw(subject.network, noise, subject.steps), region))
    return float(torch.cat(ratios).mean())


def measured_range(
    subject: DenoiserSubject, direction: Discovered, likeness: Likeness, pictures: int
) -> tuple[float, float]:
    """Find the strengths between which pictures stay drawings; see `safe_range`.

    Args:
        subject: the denoiser.
        direction: of h-space.
        likeness: of the collection.
        pictures: how many are moved.
    """
    noise = subject.noise(pictures)
    reach = REACH_SIGMAS * direction.sigma
    return safe_range(lambda s: draw_moved(subject, noise, direction, s), likeness, reach)
