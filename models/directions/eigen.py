"""Leading eigenvectors of Gram matrices, and the angle between two spans."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import eigh, subspace_angles

from exhibit.contract.values import Doubles
from models.directions.subject import Subject


def leading(gram: Doubles, count: int, metric: Doubles | None = None) -> tuple[Doubles, Doubles]:
    """Find the leading eigenvectors of a symmetric matrix by the symmetric solver.

    Args:
        gram: (n, n), symmetric.
        count: how many; at most n are given.
        metric: (n, n), symmetric positive definite; then of gram·v = λ·metric·v.

    Returns:
        Eigenvectors as rows (count, n) and eigenvalues (count,), largest first.
    """
    last = len(gram) - 1
    first = max(0, last - count + 1)
    values, vectors = eigh(gram, metric, subset_by_index=[first, last])
    return np.ascontiguousarray(vectors[:, ::-1].T), values[::-1]


def leading_of_layers(grams: Sequence[Doubles], subject: Subject) -> tuple[Doubles, Doubles]:
    """Find the codes that the chosen layers answer most.

    Args:
        grams: (w_dim, w_dim) for each row of w_plus.
        subject: which layers, which space, how many.

    Returns:
        Vectors (count, *subject.code_shape) and eigenvalues (count,), largest first. In W the
        layers' Grams add up; in W+ they are the blocks of one matrix, so every vector moves one
        layer.
    """
    chosen = [grams[layer] for layer in subject.layers]
    if subject.space == "w":
        return leading(np.sum(chosen, axis=0), subject.count)
    rows, values = [], []
    for index, gram in enumerate(chosen):
        vectors, found = leading(gram, subject.count)
        block = np.zeros((len(vectors), *subject.code_shape))
        block[:, index] = vectors
        rows.append(block)
        values.append(found)
    every, order = np.concatenate(values), np.argsort(-np.concatenate(values), kind="stable")
    order = order[: subject.count]
    return np.concatenate(rows)[order], every[order]


def span_angle(first: Doubles, second: Doubles) -> float:
    """Return the largest principal angle between the spans of rows (k, n), in radians."""
    return float(subspace_angles(first.T, second.T).max())
