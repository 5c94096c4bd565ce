"""What a lens does to straight lines, in plain NumPy, and a displacement over a plane's map.

Pixels are continuous: the middle of the first one is (0.5, 0.5), also for the lens's own middle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.geometry import Matrix, Points

_TURNS = 30
_FARTHEST, _TINY = 1.8, 1e-12
MESH_INSET_MM = 14.0
"""From the table's edges to the outer nodes of a mesh: printers leave the rim of a sheet blank."""


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """A pinhole with a lens before it.

    Args:
        matrix: (3, 3) camera matrix: focal lengths and middle in pixels.
        distortion: k1, k2, p1, p2, k3.

    Source: Brown, Decentering Distortion of Lenses (1966), with three radial and two tangential
    terms as in OpenCV's `calibrateCamera`.
    """

    matrix: Matrix
    distortion: tuple[float, float, float, float, float]

    def bend(self, straight: Points) -> Points:
        """Return (n, 2) pixels where this lens shows what a pinhole shows at `straight`."""
        return self._to_pixels(self._bent(self._to_rays(straight)))

    def straighten(self, seen: Points) -> Points:
        """Return (n, 2) pixels where a pinhole would show what this lens shows at `seen`.

        Where the model folds, beyond what it was measured on, there is no such pixel: what is
        returned there is finite, and no more than that.
        """
        target = self._to_rays(seen)
        farthest = _FARTHEST * np.linalg.norm(target, axis=1, keepdims=True) + _TINY
        rays = target.copy()
        for _ in range(_TURNS):
            rays = rays + (target - self._bent(rays))
            rays *= np.minimum(
                1.0, farthest / (np.linalg.norm(rays, axis=1, keepdims=True) + _TINY)
            )
        return self._to_pixels(rays)

    def _bent(self, rays: Points) -> Points:
        k1, k2, p1, p2, k3 = self.distortion
        x, y = rays[:, 0], rays[:, 1]
        r2 = x * x + y * y
        radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
        return np.column_stack(
            [
                x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
                y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
            ]
        )

    def _to_rays(self, pixels: Points) -> Points:
        focal, middle = self._focal_and_middle
        return np.asarray((np.asarray(pixels, np.float64) - middle) / focal)

    def _to_pixels(self, rays: Points) -> Points:
        focal, middle = self._focal_and_middle
        return np.asarray(rays * focal + middle)

    @property
    def _focal_and_middle(self) -> tuple[Points, Points]:
        matrix = self.matrix
        return np.array([matrix[0, 0], matrix[1, 1]]), np.array([matrix[0, 2], matrix[1, 2]])


def over_pixels(
    mapping: Callable[[Points], Points], size_px: tuple[int, int], step_px: float
) -> NDArray[np.float32]:
    """Return (H, W, 2) of a smooth mapping at the middle of every pixel.

    It is asked only every `step_px` and drawn straight in between: a lens or a tilted plane bends
    so little from one to the next that a hundredth of a pixel is not lost.

    Args:
        mapping: from points (n, 2) to points (n, 2).
        size_px: width and height of the pixels.
        step_px: distance between the points that are asked.
    """
    coarse = at_nodes(mapping, size_px, step_px)
    width, height = size_px
    down, across = (
        _between(nodes, side, step_px)
        for nodes, side in zip(coarse.shape, (height, width), strict=False)
    )
    planes = [down @ coarse[..., axis] @ across.T for axis in (0, 1)]
    return np.stack(planes, axis=-1).astype(np.float32)


def at_nodes(
    mapping: Callable[[Points], Points], size_px: tuple[int, int], step_px: float
) -> NDArray[np.float64]:
    """Return (m, n, 2) of a mapping at every `step_px` of so many pixels, both ends included."""
    x, y = (np.arange(-(-side // step_px) + 1) * step_px for side in size_px)
    at = np.stack(np.meshgrid(x, y), axis=-1)
    return np.asarray(mapping(at.reshape(-1, 2)).reshape(at.shape), np.float64)


def _between(nodes: int, side_px: int, step_px: float) -> NDArray[np.float64]:
    """Return (side, nodes): how much of each node the middle of each pixel gets."""
    at = (np.arange(side_px) + 0.5) / step_px
    return np.asarray(np.maximum(0.0, 1 - np.abs(at[:, None] - np.arange(nodes))), np.float64)


def mesh_points(table_mm: tuple[float, float]) -> Points:
    """Return (9, 2) mm: the nodes of a mesh on the table, row by row from the upper left."""
    inset = np.full(2, MESH_INSET_MM)
    (left, top), (right, bottom) = inset, np.asarray(table_mm) - inset
    y, x = np.meshgrid(np.linspace(top, bottom, 3), np.linspace(left, right, 3), indexing="ij")
    return np.column_stack([x.ravel(), y.ravel()])


def mesh_weights(points: Points, table_mm: tuple[float, float]) -> NDArray[np.float64]:
    """Return (n, 9): how much of each node's displacement a point on the table gets.

    The surface is of second degree in each direction and goes through all nodes: a projector's
    lens bends lines smoothly, and four flat pieces would break them at the middle.
    """
    span = np.asarray(table_mm) - 2 * MESH_INSET_MM
    share = (np.asarray(points, np.float64) - MESH_INSET_MM) / span
    across, down = (_quadratic(share[:, axis]) for axis in (0, 1))
    each = down[:, :, None] * across[:, None, :]
    return np.asarray(each.reshape(len(share), 9), np.float64)


def _quadratic(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n, 3): Lagrange's polynomials through 0, 1/2 and 1."""
    return np.column_stack([2 * (t - 0.5) * (t - 1), 4 * t * (1 - t), 2 * t * (t - 0.5)])
