"""Smooth displacement fields that never fold.

A field is (32, 32) complex64: at node x + iy it says where, relative to it, what is seen there lay
before, in shares of the picture's side. Its gradient, in Wirtinger's form, is the pair
p = 1 + (u_x - i u_y)/2 and q = (u_x + i u_y)/2: a small disc comes from an ellipse of half axes
|p| + |q| and |p| - |q|, and a field folds where |p| <= |q|.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats

Field = NDArray[np.complex64]

NODES = 32
LEAST_STRETCH, MOST_STRETCH = 0.85, 1.18
"""Half axes of what a small disc of the result was before: 0.85 is drawn 1.18 times as large. What
is bent by more looks crooked to readers."""
_ROOM = 0.04
"""A field is brought this much, in shares, inside the bounds: bringing it there disturbs others."""
_ROUNDS = 8
_FADE = 0.8
_LOCALITY = 0.02
"""The inverse square of how far, in nodes, a correction of the gradient is felt."""
_FINE = 64

NODE_AT = ((np.arange(NODES) + 0.5) / NODES).astype(np.float32)


_HELD = 0.05
"""Beside the sheet's edge, in shares, a field fades away: nothing is bent off the sheet."""


def still() -> Field:
    """Return the field that moves nothing."""
    return np.zeros((NODES, NODES), np.complex64)


def held_at_edges(field: Field) -> Field:
    """Return a field that moves nothing at the edges of the picture."""
    return np.asarray(field * _WINDOW, np.complex64)


def resized(field: Field, side: int) -> Floats:
    """Return the field at the centres of (side, side) pixels, (side, side, 2) float32 x and y.

    A quadratic spline whose gradient is an average of those between nodes: it keeps their bounds.
    """
    fine = np.ascontiguousarray(_SPLINE @ field @ _SPLINE.T).view(np.float32)
    planes = fine.reshape(_FINE, _FINE, 2)
    return np.asarray(cv2.resize(planes, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)


def between_nodes(values: Floats) -> Floats:
    """Return values between nodes, (31, 31, c), at the centres of (64, 64) pixels."""
    side = 2 * (NODES - 1)
    finer = cv2.resize(values, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.copyMakeBorder(finer, 1, 1, 1, 1, cv2.BORDER_REPLICATE), np.float32)


def gradient(field: Field) -> tuple[Field, Field]:
    """Return the change of the field to the right and down, by the side, between nodes.

    Returns:
        Two (31, 31) complex64, each at the middle of four nodes.
    """
    right, down = field[:, 1:] - field[:, :-1], field[1:] - field[:-1]
    half = np.float32(NODES / 2)
    return (
        np.asarray(half * (right[1:] + right[:-1]), np.complex64),
        np.asarray(half * (down[:, 1:] + down[:, :-1]), np.complex64),
    )


def wirtinger(right: Field, down: Field) -> tuple[Field, Field]:
    """Return p and q of a gradient."""
    p, q = 1 + 0.5 * (right - 1j * down), 0.5 * (right + 1j * down)
    return np.asarray(p, np.complex64), np.asarray(q, np.complex64)


def within_bounds(field: Field) -> Field:
    """Return the nearest field, or one close to it, that stretches no more than is allowed."""
    for _ in range(_ROUNDS):
        nearer = towards_bounds(field)
        if nearer is field:
            return field
        field = nearer
    while _violates(field):
        field = field * np.float32(_FADE)
    return field


def towards_bounds(field: Field) -> Field:
    """Take the gradient within its bounds, and return the field whose gradient is nearest to that.

    One such step mends most; the field itself is returned where nothing is amiss.

    Source: the local and global steps of Kovalsky, Aigerman, Basri and Lipman, "Large-scale bounded
        distortion mappings", SIGGRAPH Asia 2015; on a grid the global step is a Poisson equation,
        solved in cosines.
    """
    right, down = gradient(field)
    p, q = wirtinger(right, down)
    size, skew = np.abs(p), np.abs(q)
    largest, smallest = size + skew, size - skew
    if largest.max() <= MOST_STRETCH and smallest.min() >= LEAST_STRETCH:
        return field
    low, high = LEAST_STRETCH * (1 + _ROOM), MOST_STRETCH * (1 - _ROOM)
    largest, smallest = np.clip(largest, low, high), np.clip(smallest, low, high)
    p *= 0.5 * (largest + smallest) / np.maximum(size, 1e-6)
    q *= 0.5 * (largest - smallest) / np.maximum(skew, 1e-6)
    return np.asarray(field + _integrated(p + q - 1 - right, 1j * (p - q - 1) - down), np.complex64)


def _violates(field: Field) -> bool:
    p, q = wirtinger(*gradient(field))
    size, skew = np.abs(p), np.abs(q)
    return bool((size + skew).max() > MOST_STRETCH or (size - skew).min() < LEAST_STRETCH)


def _integrated(right: Field, down: Field) -> Field:
    """Return the field whose gradient is nearest to this one, by least squares, and that fades."""
    divergence = np.zeros((NODES, NODES), np.complex64)
    step = np.float32(0.5 / NODES)
    across, along = np.pad(right * step, ((1, 1), (0, 0))), np.pad(down * step, ((0, 0), (1, 1)))
    across, along = across[1:] + across[:-1], along[:, 1:] + along[:, :-1]
    divergence[:, :-1] -= across
    divergence[:, 1:] += across
    divergence[:-1] -= along
    divergence[1:] += along
    waves = (_COSINES @ divergence @ _COSINES.T) * _INVERSE
    return np.asarray(_COSINES.T @ waves @ _COSINES, np.complex64)


def _cosines() -> Field:
    k = np.arange(NODES)
    waves = np.cos(np.pi * k[:, None] * (2 * k[None] + 1) / (2 * NODES)) * np.sqrt(2 / NODES)
    waves[0] /= np.sqrt(2)
    return np.asarray(waves, np.complex64)


def _inverse_of_laplacian() -> Floats:
    waves = 2 - 2 * np.cos(np.pi * np.arange(NODES) / NODES)
    return np.asarray(1 / (waves[:, None] + waves[None] + _LOCALITY), np.float32)


def _spline() -> Floats:
    """Return what each of 64 points takes from each node along one axis, (64, 32) float32."""
    at = (np.arange(_FINE) + 0.5) / _FINE * NODES - 0.5
    nodes = np.arange(-1, NODES + 1)
    away = np.abs(at[:, None] - nodes)
    near, far = 0.75 - away**2, 0.5 * (1.5 - away) ** 2
    shares = np.where(away < 0.5, near, np.where(away < 1.5, far, 0))
    # Beyond the edge the field goes on as it is there.
    shares[:, 1] += shares[:, 0]
    shares[:, -2] += shares[:, -1]
    return np.asarray(shares[:, 1:-1], np.float32)


def _window() -> Floats:
    along = np.minimum(1, np.minimum(NODE_AT, 1 - NODE_AT) / _HELD)
    return np.asarray(np.outer(along, along), np.float32)


_WINDOW = _window()
_COSINES = _cosines()
_INVERSE = _inverse_of_laplacian()
_SPLINE = _spline()
