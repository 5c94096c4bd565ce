"""What directions do to pictures: how local the change is, and which labels it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from exhibit.contract.values import Gray
from models.directions.classifier import Classifier, score
from models.directions.condition import condition
from models.directions.drawing import draw_codes, draw_moved
from models.directions.factors import factorise
from models.directions.feature_maps import finest_side
from models.directions.jacobian import discover as jacobian
from models.directions.localized import discover as localized
from models.directions.panda import edits, flat_maps, part_within, region_part
from models.directions.pca import discover as pca
from models.directions.region import Mask, roir
from models.directions.resefa import discover as resefa
from models.directions.result import DirectionSet, Discovered
from models.directions.sefa import discover as sefa
from models.directions.style_space import channel_roir, channels_within
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

STEP_SIGMAS = 2.0
ROIR_SAMPLES = 32
FACTORS, FACTOR_SAMPLES = 32, 300
Table = dict[str, dict[str, float]]


def region_table(
    subject: Subject, regions: dict[str, Mask], samples: int, strength: float
) -> Table:
    """Measure ROIR of all methods on regions.

    Args:
        subject: generator; W.
        regions: (R, R) masks by name.
        samples: codes that ReSeFa, the Jacobian and gradient maps sum over; ROIR is measured on
            others.
        strength: in units of w, the same for all directions of codes; channels and maps move by
            two of their deviations.

    Returns:
        By region, by method: the lowest ROIR of the directions it lists. `panda` is of the
        learned part that lies most in the region, `panda-region` of the region itself.
    """
    found: Table = {}
    others = replace(subject, seed=subject.seed + 1)
    blind = {"sefa": sefa(subject), "pca": pca(subject), "localized": localized(subject)}
    channels = channels_within(subject, regions, samples)
    added = panda_edits(subject, regions)
    for name, region in regions.items():
        local = {
            "resefa": resefa(subject, region, samples=samples),
            "jacobian": jacobian(subject, region, samples=samples),
        }
        found[name] = {
            method: min(roir(others, d, region, strength, ROIR_SAMPLES) for d in directions)
            for method, directions in (blind | local).items()
        }
        found[name]["style-space"] = min(
            channel_roir(others, channel, region, STEP_SIGMAS, ROIR_SAMPLES)
            for channel in channels[name]
        )
        for method, directions in added[name].items():
            found[name][method] = min(
                roir(others, d, region, STEP_SIGMAS * d.sigma, ROIR_SAMPLES) for d in directions
            )
    return found


def panda_edits(
    subject: Subject, regions: dict[str, Mask], samples: int = FACTOR_SAMPLES
) -> dict[str, dict[str, DirectionSet]]:
    """Give a region's directions of the finest map, by region and kind; factorised once for all."""
    side = finest_side(subject)
    maps = flat_maps(subject, side, samples)
    factors = factorise(maps, min(FACTORS, maps.shape[1]), FACTORS)
    # Of one part there are no more directions than appearances.
    few = replace(subject, count=min(subject.count, factors.appearances.shape[1]))
    found = {}
    for name, region in regions.items():
        own = replace(factors, parts=region_part(region, side)[:, None])
        found[name] = {
            "panda": edits(few, factors, maps, [part_within(factors, region)]),
            "panda-region": edits(few, own, maps),
        }
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """Random pictures and what a classifier says of them: codes w_plus and (n, labels) bool."""

    codes: Tensor
    truths: NDArray[np.bool_]


def draw_heads(subject: Subject, classifier: Classifier, count: int) -> Heads:
    """Draw `count` random pictures and judge them."""
    codes = subject.as_ws(subject.sample_w(count))
    return Heads(codes, score(classifier, draw_codes(subject, Codes(codes, None))) > 0)


def label_table(
    subject: Subject, directions: DirectionSet, classifier: Classifier, heads: Heads, count: int
) -> dict[str, Table]:
    """Move pictures by 2σ and see which labels change, before and after conditioning.

    Args:
        subject: generator.
        directions: named after labels.
        classifier: judges.
        heads: other samples than those the directions were fitted to.
        count: at most so many pictures are moved, that do not have the label yet.

    Returns:
        `before` and `after` conditioning on the other labels: by direction, by label, the share of
        pictures whose label changed.
    """

    def freed(one: Discovered, others: Sequence[Discovered]) -> Discovered:
        return condition(subject, one, others).directions[0]

    def moved(chosen: NDArray[np.intp], one: Discovered, strength: float) -> Gray:
        return draw_moved(subject, Codes(heads.codes[chosen], None), one, strength)

    return changed_labels(directions, classifier, heads.truths, count, freed, moved)


def changed_labels(
    directions: DirectionSet,
    classifier: Classifier,
    truths: NDArray[np.bool_],
    count: int,
    freed: Callable[[Discovered, Sequence[Discovered]], Discovered],
    moved: Callable[[NDArray[np.intp], Discovered, float], Gray],
) -> dict[str, Table]:
    """Move pictures of any network by 2σ and see which labels change; see `label_table`.

    Args:
        directions: named after labels.
        classifier: judges.
        truths: (n, labels), what it says of the pictures as they are.
        count: at most so many are moved, that do not have the label yet.
        freed: conditions a direction on others.
        moved: draws chosen pictures moved along a direction by a strength: (n, R, R) uint8.
    """
    changed: dict[str, Table] = {"before": {}, "after": {}}
    for direction in directions:
        others = [other for other in directions if other.name != direction.name]
        without = freed(direction, others) if others else direction
        column = classifier.names.index(direction.name)
        chosen = np.flatnonzero(~truths[:, column])[:count]
        for when, one in (("before", direction), ("after", without)):
            shares = np.zeros(len(classifier.names))
            if len(chosen):
                now = score(classifier, moved(chosen, one, STEP_SIGMAS * one.sigma)) > 0
                shares = (now != truths[chosen]).mean(axis=0)
            named = zip(classifier.names, shares.tolist(), strict=True)
            changed[when][direction.name] = dict(named)
    return changed
