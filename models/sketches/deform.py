"""Move a drawing and its strokes together: another place, size and hand, and a smooth bending.

Positions are x, y in the unit square, y down.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray
from models.sketches.perturb import Strokes

_FIELD_PX = 64
_ROUNDS = 6
_STEEPEST = 0.6
"""Largest slope of a displacement: below 1 nothing folds, and the inverse converges."""


@dataclass(frozen=True, slots=True, eq=False)
class Deformation:
    """Where each point of the result comes from: source = matrix · (p, 1) + field(p).

    Args:
        matrix: (2, 3) float64.
        field: (h, w, 2) float32 displacement in units of the square, sampled over the result.
    """

    matrix: NDArray[np.float64]
    field: Floats

    def source_of(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, 2) positions in the result to (n, 2) positions in the source."""
        return points @ self.matrix[:, :2].T + self.matrix[:, 2] + _sampled(self.field, points)

    def moved(self, strokes: Strokes) -> Strokes:
        """Strokes (n, 2) of the source to where they lie in the result."""
        back = np.linalg.inv(self.matrix[:, :2])
        found = []
        for stroke in strokes:
            start = stroke.astype(np.float64) - self.matrix[:, 2]
            points = start @ back.T
            for _ in range(_ROUNDS):  # the field is flat enough for a fixed point
                points = (start - _sampled(self.field, points)) @ back.T
            found.append(points.astype(np.float32))
        return tuple(found)

    def warp(self, picture: Gray, side: int) -> Gray:
        """Draw the source (H, W) uint8 as the result (side, side), paper where nothing comes from.

        Sampled at twice the side and averaged, so that thin lines keep their weight.
        """
        fine = 2 * side
        centre = (np.arange(fine, dtype=np.float32) + 0.5) / fine
        grid = np.stack(np.meshgrid(centre, centre), axis=-1)
        field = cv2.resize(self.field, (fine, fine), interpolation=cv2.INTER_LINEAR)
        matrix = self.matrix.astype(np.float32)
        at = grid @ matrix[:, :2].T + matrix[:, 2] + field
        height, width = picture.shape
        source = _reduced(picture, float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2])))), fine)
        rows, columns = source.shape[0] / height, source.shape[1] / width
        warped = cv2.remap(
            source,
            at[..., 0] * width * columns - 0.5,
            at[..., 1] * height * rows - 0.5,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=255,
        )
        return as_gray(cv2.resize(warped, (side, side), interpolation=cv2.INTER_AREA))


def smooth_field(rng: np.random.Generator, amplitude: float, cells: int) -> Floats:
    """Draw a random displacement without folds.

    Args:
        rng: source of randomness.
        amplitude: its standard deviation, in units of the square; less where that would fold.
        cells: bumps along a side.

    Returns:
        (64, 64, 2) float32.
    """
    coarse = rng.normal(0, amplitude, (cells + 3, cells + 3, 2)).astype(np.float32)
    field = cv2.resize(coarse, (_FIELD_PX, _FIELD_PX), interpolation=cv2.INTER_CUBIC)
    slopes = np.stack(np.gradient(field, 1 / _FIELD_PX, axis=(0, 1)))
    steepest = float(np.abs(slopes).max())
    return field * np.float32(min(1.0, _STEEPEST / max(steepest, 1e-6)))


def random_deformation(rng: np.random.Generator) -> Deformation:
    """Draw how a visitor might have placed and misdrawn a drawing.

    Mostly large, sometimes small or partly outside, turned by a few degrees, mirrored half of the
    time, one way stretched, bent smoothly.
    """
    size = float(rng.uniform(0.5, 1.35)) if rng.uniform() < 0.8 else 1.0
    turn, stretch = rng.normal(0, 0.08), np.exp(rng.normal(0, 0.08))
    cos, sin = np.cos(turn), np.sin(turn)
    mirror = -1.0 if rng.uniform() < 0.5 else 1.0
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.diag([mirror * stretch, 1 / stretch]) / size
    free = max(0.0, 1 - size) / 2 + 0.03
    centre = 0.5 + rng.uniform(-free, free, 2)
    offset = 0.5 - matrix @ centre
    field = smooth_field(rng, rng.uniform(0, 0.04), int(rng.integers(1, 5)))
    return Deformation(np.concatenate([matrix, offset[:, None]], axis=1), field)


def _sampled(field: Floats, points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Displacement at (n, 2) points, linear between samples, constant outside."""
    height, width = field.shape[:2]
    at = (points * (width, height) - 0.5).astype(np.float32)
    found = cv2.remap(
        field, at[None, :, 0], at[None, :, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return found[0]


def _reduced(picture: Gray, step: float, fine: int) -> Gray:
    """Halve a picture while one pixel of the result would skip over several of its own."""
    while step * picture.shape[0] / fine > 1.5:
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        picture = as_gray(half)
    return picture
