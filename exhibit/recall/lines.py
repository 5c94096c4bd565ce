"""Lines as points with a direction, and the nearest of them that runs alike.

Points of the plane are complex numbers, x + iy, in shares of the picture's side. A direction that
is the same both ways, as a line's is, is a unit number at twice its angle.

Source: directional chamfer matching as in Liu, Tuzel, Veeraraghavan and Chellappa, CVPR 2010, with
    one distance transform a direction; we keep which point is nearest, not how far it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray

Points = NDArray[np.complex64]
Ints = NDArray[np.int32]
Followed = NDArray[np.int8]

CELLS = 64
"""Cells on the side; each has one point at the most, the centre of the ink in it."""
_WORKED_PX = 128
_DIRECTIONS = 6
_DARK, _LEAST_DARK = 130, 6
"""Of 255: what a pixel counts above, and what a cell needs on average to have a point."""
_LEAST_COHERENT = 0.25
_LEAST_STEEP = 1500.0
_BEND_COST = 110.0 / 128**2
"""What a line costs that runs at right angles, as a distance squared."""
_FAR = 1e5
_LIES_ON, _RUNS_ALIKE = 8 / 256, 0.5
"""Off by less, and alike by more, a line runs along another."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Where lines run in a picture.

    Args:
        at: (n,) complex64 points.
        along: (n,) complex64 directions.
        cell: (n,) int32 position among CELLS · CELLS.
        across: (CELLS, CELLS, 2) float32, doubled direction across the line and how sure it is.
    """

    at: Points
    along: Points
    cell: Ints
    across: Floats

    def thinned(self, most: int) -> Lines:
        """Return the same lines with at most so many points, evenly chosen."""
        chosen = np.linspace(0, len(self.at) - 1, min(len(self.at), most)).astype(np.intp)
        return replace(self, at=self.at[chosen], along=self.along[chosen], cell=self.cell[chosen])


def lines_of(picture: Gray) -> Lines:
    """Find the lines of a picture (R, R) uint8, 0 ink .. 255 paper; of a black shape, its edge."""
    small = cv2.resize(picture, (_WORKED_PX, _WORKED_PX), interpolation=cv2.INTER_AREA)
    difference, energy = _structure(np.asarray(small, np.uint8))
    length = np.hypot(difference[..., 0], difference[..., 1])
    across = difference / (length + 0.1 * energy + 1.0)[..., None]
    moments = _moments(np.asarray(small, np.uint8))
    is_line = moments[..., 0] > _LEAST_DARK
    is_line &= (length > _LEAST_COHERENT * energy) & (energy > _LEAST_STEEP)
    cell = np.flatnonzero(is_line).astype(np.int32)
    dark, x, y = moments.reshape(-1, 3)[cell].T
    turned = difference.reshape(-1, 2)[cell] / length.reshape(-1, 1)[cell]
    return Lines(
        np.asarray((x + 1j * y) / dark + (0.5 + 0.5j), np.complex64) / _WORKED_PX,
        np.asarray(-(turned[:, 0] + 1j * turned[:, 1]), np.complex64),
        cell,
        np.asarray(across, np.float32),
    )


def _structure(picture: Gray) -> tuple[Floats, Floats]:
    """Return the structure tensor of every cell: (xx - yy, 2xy) and xx + yy."""
    smooth = cv2.GaussianBlur(picture, (3, 3), 0.7)
    x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)
    y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    tensor = cv2.blur(cv2.merge([x * x - y * y, 2 * x * y, x * x + y * y]), (3, 3))
    summed = np.asarray(
        cv2.resize(tensor, (CELLS, CELLS), interpolation=cv2.INTER_AREA), np.float32
    )
    return summed[..., :2], summed[..., 2]


def _moments(picture: Gray) -> Floats:
    """Return the darkness of every cell, and darkness times x and y."""
    dark = np.maximum(255 - _DARK - picture.astype(np.float32), 0)
    at = np.arange(_WORKED_PX, dtype=np.float32)
    planes = cv2.merge([dark, dark * at, dark * at[:, None]])
    return np.asarray(cv2.resize(planes, (CELLS, CELLS), interpolation=cv2.INTER_AREA), np.float32)


class Nearest:
    """Answers which line is nearest and runs alike, for any place at once."""

    def __init__(self, lines: Lines) -> None:
        self._at = np.append(lines.at, np.complex64(_FAR))
        self._along = np.append(lines.along, np.complex64(1))
        direction = _direction(lines.along)
        self._nearest = np.stack(
            [_labels(lines.cell, direction == which) for which in range(_DIRECTIONS)]
        ).ravel()

    def towards(self, places: Points, along: Points) -> tuple[Points, Floats]:
        """Return how far off the nearest line that runs alike is.

        Args:
            places: (n,) points of the plane.
            along: (n,) directions there.

        Returns:
            (n,) offsets, far where there is no line, and (n,) float32 how alike the directions
            are: 1 the same, 0 at 45°, -1 at right angles.
        """
        last = CELLS - 1
        columns = np.clip(places.real * CELLS, 0, last).astype(np.intp)
        rows = np.clip(places.imag * CELLS, 0, last).astype(np.intp)
        direction = _direction(along) + np.array([[0], [1], [_DIRECTIONS - 1]])
        candidates = self._nearest[(direction % _DIRECTIONS) * CELLS**2 + rows * CELLS + columns]
        offsets = self._at[candidates] - places
        alike = np.real(self._along[candidates] * along.conj())
        cost = offsets.real**2 + offsets.imag**2 + (0.5 * _BEND_COST) * (1 - alike)
        best = cost.argmin(axis=0), np.arange(len(places))
        return offsets[best], np.asarray(alike[best], np.float32)


def lies_on(offsets: Points, alike: Floats) -> NDArray[np.bool_]:
    """Return which points run along a line, (n,) bool, by what `Nearest.towards` says of them."""
    return np.asarray((np.abs(offsets) < _LIES_ON) & (alike > _RUNS_ALIKE), np.bool_)


def cells_followed(cell: Ints, offsets: Points, alike: Floats) -> Followed:
    """Return (CELLS, CELLS) int8: 1 in cells whose point runs along a line, -1 in the other `cell`,
    0 elsewhere."""
    followed = np.zeros(CELLS * CELLS, np.int8)
    followed[cell] = np.where(lies_on(offsets, alike), 1, -1)
    return followed.reshape(CELLS, CELLS)


def _direction(along: Points) -> NDArray[np.intp]:
    turns = np.angle(along) * (_DIRECTIONS / (2 * np.pi))
    return np.round(turns).astype(np.intp) % _DIRECTIONS


def _labels(cell: Ints, chosen: NDArray[np.bool_]) -> Ints:
    """Return for every cell which of the chosen points is nearest, len(cell) without any."""
    among = np.flatnonzero(chosen)
    if not len(among):
        return np.full(CELLS * CELLS, len(cell), np.int32)
    empty = np.ones(CELLS * CELLS, np.uint8)
    empty[cell[among]] = 0
    _, labels = cv2.distanceTransformWithLabels(
        empty.reshape(CELLS, CELLS), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    point = np.zeros(len(among) + 1, np.int32)
    point[labels.ravel()[cell[among]]] = among
    return np.asarray(point[labels.ravel()], np.int32)
