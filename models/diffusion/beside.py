"""A denoiser and a generator of the same drawings, measured in the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from exhibit.contract.values import Gray
from models.diffusion import effects, jacobian, mean_difference, pca
from models.diffusion.moving import draw_moved
from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import Walk
from models.directions import drawing, region
from models.directions import jacobian as gan_jacobian
from models.directions import mean_difference as gan_mean_difference
from models.directions import pca as gan_pca
from models.directions.classifier import Classifier, score
from models.directions.effects import STEP_SIGMAS, Table, draw_heads, label_table
from models.directions.measured import Measured
from models.directions.region import Mask
from models.directions.result import DirectionSet, Discovered
from models.directions.safe_range import REACH_SIGMAS, learn_likeness, safe_range
from models.directions.subject import Subject
from models.dry_run import seconds_of
from models.networks.perceptual.alexnet import training_alexnet
from models.networks.psp.inverter import Codes

_DRAWN_TO_CHOOSE = 4
"""Pictures drawn for each that is moved: a label that most have leaves few without it."""
PartRegion = Callable[[str, int], Mask]
"""Where a part is in a picture of a side, as `models.directions.labels.part_region` says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How much is looked at.

    Args:
        samples: pictures that directions are found on.
        moved: pictures whose labels are looked at before and after a move.
        local: pictures of which ROIR is the mean.
        served: pictures that directions of the Jacobian must serve.
        ranged: pictures that are moved to find safe ranges.
        parts: of a head, in which directions are to stay.
        angle_rad: at which the search for directions of the Jacobian ends.
    """

    samples: int = 400
    moved: int = 60
    local: int = 16
    served: int = 2
    ranged: int = 8
    parts: tuple[str, ...] = ("eyes", "mouth", "hair")
    angle_rad: float = 1e-2


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Model:
    """What is asked of a network, of whichever kind.

    Args:
        side: of its pictures, px.
        samples: (n, R, R) uint8, as they are.
        components: PCA, each of which gets a safe range.
        local: directions of the Jacobian in a region.
        move: draws other pictures moved along a direction by a strength; how many.
        roir: of a direction and a region at a strength.
        labels: changed by +2σ of mean difference, before and after conditioning.
    """

    side: int
    samples: Gray
    components: DirectionSet
    local: Callable[[Mask], DirectionSet]
    move: Callable[[Discovered, float], Gray]
    roir: Callable[[Discovered, Mask, float], float]
    labels: Callable[[], dict[str, Table]]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Found:
    """What one model gives.

    Args:
        shares: of random pictures that have each label.
        labels: changed by +2σ, `before` and `after` conditioning: by direction, by label, the share
            of pictures.
        roir: by part, by method the lowest of its directions at 2σ.
        ranges: safe range of each principal component, in σ.
        seconds: that a picture takes.
    """

    shares: dict[str, float]
    labels: dict[str, Table]
    roir: Table
    ranges: list[tuple[float, float]]
    seconds: float

    def as_plain(self) -> dict[str, Any]:
        """Plain values, for a report."""
        return asdict(self)


def measure(
    model: Model, judge: Classifier, drawings: Gray, part_region: PartRegion, looked: Looked
) -> Found:
    """Measure a model.

    Args:
        model: denoiser or generator.
        judge: tells labels.
        drawings: (n, 128, 128) uint8 of the collection.
        part_region: where a part of a head is.
        looked: how much is looked at.
    """
    truths = score(judge, model.samples) > 0
    likeness = learn_likeness(training_alexnet(), drawings, model.samples, looked.ranged)
    roir = {}
    for part in looked.parts:
        mask = part_region(part, model.side)
        sets = {"pca": model.components, "jacobian": model.local(mask)}
        roir[part] = {
            method: min(model.roir(d, mask, STEP_SIGMAS * d.sigma) for d in directions)
            for method, directions in sets.items()
        }
    ranges = []
    for one in model.components:
        limits = safe_range(partial(model.move, one), likeness, REACH_SIGMAS * one.sigma)
        ranges.append((limits[0] / one.sigma, limits[1] / one.sigma))
    first = model.components.directions[0]
    return Found(
        shares=dict(zip(judge.names, truths.mean(axis=0).tolist(), strict=True)),
        labels=model.labels(),
        roir=roir,
        ranges=ranges,
        seconds=seconds_of(lambda: model.move(first, 0.0)) / looked.ranged,
    )


def denoiser(subject: DenoiserSubject, walk: Walk, judge: Classifier, looked: Looked) -> Model:
    """Ask a denoiser.

    Args:
        subject: of whose seed the samples are; those of the next seed are moved.
        walk: its samples.
        judge: tells the labels that directions are named after.
        looked: how much is looked at.
    """
    others = replace(subject, seed=subject.seed + 1)
    noise = others.noise(looked.ranged)
    scores = score(judge, walk.pictures)
    return Model(
        side=subject.network.config.resolution,
        samples=walk.pictures,
        components=pca.discover(subject, walk),
        local=lambda mask: jacobian.discover(subject, walk, mask, looked.served, looked.angle_rad),
        move=lambda direction, strength: draw_moved(others, noise, direction, strength),
        roir=lambda direction, mask, strength: effects.roir(
            others, direction, mask, strength, looked.local
        ),
        labels=lambda: effects.label_table(
            others,
            walk,
            mean_difference.discover(subject, walk, scores, judge.names),
            judge,
            looked.moved,
            _DRAWN_TO_CHOOSE * looked.moved,
        ),
    )


def generator(subject: Subject, judge: Classifier, looked: Looked) -> Model:
    """Ask a generator; arguments as of `denoiser`."""
    others = replace(subject, seed=subject.seed + 1)
    w = subject.sample_w(looked.samples)
    pictures = drawing.draw_codes(subject, Codes(subject.as_ws(w), None))
    ranged = Codes(others.as_ws(others.sample_w(looked.ranged)), None)
    scores = Measured(w.numpy(), judge.names, score(judge, pictures).astype(np.float64))
    wide = replace(subject, count=len(judge.names))
    return Model(
        side=subject.generator.config.resolution,
        samples=pictures,
        components=gan_pca.discover(subject),
        local=lambda mask: gan_jacobian.discover(subject, mask, looked.served, looked.angle_rad),
        move=lambda direction, strength: drawing.draw_moved(others, ranged, direction, strength),
        roir=lambda direction, mask, strength: region.roir(
            others, direction, mask, strength, looked.local
        ),
        labels=lambda: label_table(
            others,
            gan_mean_difference.discover(wide, scores),
            judge,
            draw_heads(others, judge, _DRAWN_TO_CHOOSE * looked.moved),
            looked.moved,
        ),
    )
