"""What directions do to pictures: how local the change is, and which labels it changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.directions.classifier import Classifier, score
from models.directions.condition import condition
from models.directions.drawing import draw_codes, draw_moved
from models.directions.jacobian import discover as jacobian
from models.directions.pca import discover as pca
from models.directions.region import Mask, roir
from models.directions.resefa import discover as resefa
from models.directions.result import DirectionSet, Discovered
from models.directions.sefa import discover as sefa
from models.directions.subject import Subject
from models.psp.inverter import Codes

STEP_SIGMAS = 2.0
ROIR_SAMPLES = 32
Table = dict[str, dict[str, float]]


def region_table(
    subject: Subject, regions: dict[str, Mask], samples: int, strength: float
) -> Table:
    """Measure ROIR of four methods on regions.

    Args:
        subject: generator; W.
        regions: (R, R) masks by name.
        samples: codes that ReSeFa and the Jacobian sum over; ROIR is measured on others.
        strength: in units of w, the same for all.

    Returns:
        By region, by method: the lowest ROIR of the directions it lists.
    """
    found: Table = {}
    others = replace(subject, seed=subject.seed + 1)
    blind = {"sefa": sefa(subject), "pca": pca(subject)}
    for name, region in regions.items():
        local = {
            "resefa": resefa(subject, region, samples=samples),
            "jacobian": jacobian(subject, region, samples=samples),
        }
        found[name] = {
            method: min(roir(others, d, region, strength, ROIR_SAMPLES) for d in directions)
            for method, directions in (blind | local).items()
        }
    return found


def label_table(
    subject: Subject, directions: DirectionSet, classifier: Classifier, samples: int
) -> dict[str, Table]:
    """Move pictures by 2σ and see which labels change, before and after conditioning.

    Args:
        subject: generator; its samples are others than those the directions were fitted to.
        directions: named after labels.
        classifier: judges.
        samples: pictures that do not have the label yet.

    Returns:
        `before` and `after` conditioning on the other labels: by direction, by label, the share of
        pictures whose label changed.
    """
    changed: dict[str, Table] = {"before": {}, "after": {}}
    for direction in directions:
        others = [other for other in directions if other.name != direction.name]
        (freed,) = condition(subject, direction, others) if others else (direction,)
        for when, one in (("before", direction), ("after", freed)):
            changed[when][direction.name] = _changed(subject, one, classifier, samples)
    return changed


def _changed(
    subject: Subject, direction: Discovered, classifier: Classifier, samples: int
) -> dict[str, float]:
    """Share of samples without a label whose labels change when they are moved towards it."""
    column = classifier.names.index(direction.name)
    # Few samples may lack a label that most have.
    codes = subject.as_ws(subject.sample_w(4 * samples))
    before = score(classifier, draw_codes(subject, Codes(codes, None))) > 0
    without = np.flatnonzero(~before[:, column])[:samples]
    if len(without) == 0:
        return dict.fromkeys(classifier.names, 0.0)
    chosen = Codes(codes[without], None)
    moved = draw_moved(subject, chosen, direction, STEP_SIGMAS * direction.sigma)
    after = score(classifier, moved) > 0
    shares = (after != before[without]).mean(axis=0).tolist()
    return dict(zip(classifier.names, shares, strict=True))
