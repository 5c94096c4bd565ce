"""What the methods share that learn from measured samples: whom to fit, and how they are judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles
from models.directions.measured import Measured, correlations, measure_moves, measure_samples
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

SAMPLES = 2000
JUDGED_SHARE = 0.25
FRACTION = 0.2
"""Share of samples with the highest scores, and of those with the lowest, that stand for both."""

LEAST_SPREAD = 0.05
"""Axes of w with less than this share of the widest one's deviation are left out."""
Targets = Literal["as-measured", "uncorrelated"]

Fit = Callable[[Measured], Doubles]
"""From measured samples to one vector a measure: (k, w_dim), of any length."""


class Sampling(TypedDict, total=False):
    """What every method here takes beside the number of samples.

    Args:
        classifier: file whose scores become semantics too.
        semantics: which ones; empty for all.
        answers: codes of sketches that are moved at random, in place of random pictures.
        targets: `uncorrelated` conditions the semantics on each other first, see
            `Measured.uncorrelated`.
    """

    classifier: Path | None
    semantics: Sequence[str]
    answers: Codes | None
    targets: Targets


def learn(
    method: str,
    subject: Subject,
    fit: Fit,
    samples: int | Measured,
    sampling: Sampling,
    **noted: Any,
) -> DirectionSet:
    """Fit a direction to every semantic on most samples and judge all on the rest.

    Args:
        method: as in the registry.
        subject: generator and choices.
        fit: the method itself.
        samples: how many to draw, or samples measured before.
        sampling: see `Sampling`.
        noted: settings of the method alone, kept with the directions.

    Returns:
        At most `subject.count` directions named after their semantic, with the correlations of
        samples they were not fitted to; the best comes first.

    Raises:
        InputError: asked for W+, where the prior has one code for all layers; too few samples.
    """
    check_samples(method, subject, samples if isinstance(samples, int) else len(samples.w))
    path, answers = sampling.get("classifier"), sampling.get("answers")
    chosen, targets = sampling.get("semantics"), sampling.get("targets", "as-measured")
    if isinstance(samples, Measured):
        measured = samples
    elif answers is None:
        measured = measure_samples(subject, samples, path)
    else:
        measured = measure_moves(subject, answers, samples, path)
    if chosen:
        measured = measured.only(chosen)
    if targets == "uncorrelated":
        measured = measured.uncorrelated()
    fitted, judged = measured.split(JUDGED_SHARE)
    vectors = fit(fitted)
    # A measure that is the same for all samples has no direction.
    moving = [i for i, vector in enumerate(vectors) if np.linalg.norm(vector) > 0]
    moved = 0 if answers is None else len(answers.w_plus)
    details = {"samples": len(fitted.w), "moved_answers": moved, "targets": targets, **noted}
    names = [measured.names[i] for i in moving]
    found = subject.results(method, vectors[moving], [0.0] * len(moving), details, names)
    scored = []
    for direction in found:
        related = correlations(judged, direction.vector)
        scored.append(replace(direction, correlations=related, score=abs(related[direction.name])))
    scored.sort(key=lambda direction: -direction.score)
    return DirectionSet(tuple(scored[: subject.count]))


def check_samples(method: str, subject: Subject, samples: int) -> None:
    """Refuse what nothing can be learnt from, before anything is drawn.

    Raises:
        InputError: asked for W+, where the prior has one code for all layers; too few samples.
    """
    if subject.space != "w":
        raise InputError(f"{method}: --space w_plus has no samples of its own; expected w")
    least = round(subject.w_dim / (1 - JUDGED_SHARE))
    if samples <= least:
        raise InputError(
            f"{method}: {samples} samples; expected more than {least} for w_dim {subject.w_dim}"
        )


def extremes(scores: Doubles, fraction: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of the samples with the highest and with the lowest scores (n,)."""
    count = max(1, round(fraction * len(scores)))
    order = np.argsort(scores, kind="stable")
    return order[-count:], order[:count]
