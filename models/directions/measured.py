"""Samples of the prior, and what was measured on their pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats, Gray
from models.directions import semantics
from models.directions.classifier import Classifier, load_classifier, score
from models.directions.drawing import CHUNK, draw_codes
from models.directions.result import OFF_CODES, DirectionSet
from models.directions.subject import Subject, projection
from models.networks.psp.inverter import Codes

MOVED_SHARE = 0.5
"""Length of a random move, as a share of how far a random code lies from the mean: about as far as
the table moves."""
_SINGULAR = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Codes with a table of measurements.

    Args:
        w: (n, w_dim) float32, of the prior.
        names: of the measures.
        values: (n, len(names)) float64, in the measures' own units.
    """

    w: Floats
    names: tuple[str, ...]
    values: Doubles

    def only(self, chosen: Sequence[str]) -> Measured:
        """Keep some measures; raises InputError naming the known."""
        for name in chosen:
            if name not in self.names:
                raise InputError(f"semantic '{name}': expected some of {', '.join(self.names)}")
        columns = [self.names.index(name) for name in chosen]
        return Measured(self.w, tuple(chosen), self.values[:, columns])

    def split(self, share: float) -> tuple[Measured, Measured]:
        """Split by position into the first part and a last `share`, to fit and to judge."""
        first = len(self.w) - max(2, round(share * len(self.w)))
        return self._part(slice(None, first)), self._part(slice(first, None))

    def _part(self, part: slice) -> Measured:
        return Measured(self.w[part], self.names, self.values[part])

    def standardised(self) -> Doubles:
        """Values (n, k) with mean 0 and deviation 1; a measure that never changes stays 0."""
        centred = self.values - self.values.mean(axis=0)
        deviation = self.values.std(axis=0)
        return centred / np.where(deviation > 0, deviation, 1)

    def uncorrelated(self) -> Measured:
        """Condition the measures on each other, so that no two are correlated over the samples.

        Returns:
            The uncorrelated measures that are nearest to these ones, each of deviation 1: what is
            left of `slant`, say, once all are freed of what they share.

        Source: symmetric orthogonalisation (Löwdin 1950), Y·C^(−1/2) with C the correlations.
        """
        values = self.standardised()
        return Measured(self.w, self.names, values @ _inverse_root(values.T @ values / len(values)))


def _inverse_root(matrix: Doubles) -> Doubles:
    """M^-1/2 of a symmetric matrix; 0 where M is."""
    values, axes = np.linalg.eigh(matrix)
    scales = np.where(values > _SINGULAR, 1 / np.sqrt(np.maximum(values, _SINGULAR)), 0)
    return (axes * scales) @ axes.T


def measure_pictures(
    pictures: Gray, classifier: Classifier | None = None
) -> tuple[tuple[str, ...], Doubles]:
    """Measure pictures.

    Args:
        pictures: (n, R, R) uint8.
        classifier: its scores are added to the semantics where it is given.

    Returns:
        Names of the measures, and (n, len(names)) values.
    """
    found = semantics.measure_all(pictures)
    table = np.stack([found[name] for name in semantics.NAMES], axis=1)
    if classifier is None:
        return semantics.NAMES, table
    scores = score(classifier, pictures).astype(np.float64)
    return (*semantics.NAMES, *classifier.names), np.concatenate([table, scores], axis=1)


def measure_samples(
    subject: Subject,
    count: int,
    classifier: Path | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Measured:
    """Draw samples of the prior and measure their pictures.

    Args:
        subject: generator and seed.
        count: how many.
        classifier: file of `models directions classifier`; its scores become semantics too.
        tell: called with the number of pictures done.
    """
    judge = load_classifier(classifier) if classifier else None
    w = subject.sample_w(count)
    names: tuple[str, ...] = ()
    tables = []
    for part in w.split(CHUNK):
        names, table = measure_pictures(
            draw_codes(subject, Codes(subject.as_ws(part), None)), judge
        )
        tables.append(table)
        tell(sum(map(len, tables)))
    return Measured(w.numpy(), names, np.concatenate(tables))


def measure_moves(
    subject: Subject,
    answers: Codes,
    count: int,
    classifier: Path | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Measured:
    """Move answers to real sketches at random and measure what changes.

    Codes of sketches lie far from those of random pictures, and a feature map holds their lines in
    place; what moves a random picture may do nothing to them.

    Args:
        subject: generator and seed.
        answers: codes to start from, all moved equally often.
        count: how many moves.
        classifier: as in `measure_samples`.
        tell: called with the number of pictures done.

    Returns:
        Moves in place of codes, and changes in place of measures.
    """
    judge = load_classifier(classifier) if classifier else None
    first, second = subject.sample_w(2 * count).split(count)
    # The difference of two codes over the root of 2 lies from 0 as a code does from the mean.
    moves = MOVED_SHARE * (first - second) / 2**0.5
    names, before = measure_pictures(draw_codes(subject, answers), judge)
    tables = []
    starts = torch.arange(count) % len(answers.w_plus)
    for part in torch.arange(count).split(CHUNK):
        feature = None if answers.feature is None else answers.feature[starts[part]]
        moved = answers.w_plus[starts[part]]
        moved[:, list(subject.layers)] += moves[part][:, None]
        _, after = measure_pictures(draw_codes(subject, Codes(moved, feature)), judge)
        tables.append(after - before[starts[part]])
        tell(sum(map(len, tables)))
    return Measured(moves.numpy(), names, np.concatenate(tables))


def correlations(measured: Measured, vector: Floats) -> dict[str, float]:
    """Correlate wᵀv with every measure.

    Args:
        measured: samples that the direction was not fitted to.
        vector: (w_dim,) or (num_ws, w_dim).

    Returns:
        Pearson's r by name; 0 for a measure that never changes.
    """
    along = projection(measured.w, vector).astype(np.float64)
    along = (along - along.mean()) / max(along.std(), 1e-12)
    found = along @ measured.standardised() / len(along)
    return dict(zip(measured.names, found.tolist(), strict=True))


def with_correlations(directions: DirectionSet, measured: Measured) -> DirectionSet:
    """Return the set with each direction's correlations with all measures.

    A direction of a feature map or a denoiser has none: codes do not lie along it.
    """
    return DirectionSet(
        tuple(
            direction
            if direction.space in OFF_CODES
            else replace(direction, correlations=correlations(measured, direction.vector))
            for direction in directions
        )
    )
