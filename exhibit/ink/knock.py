"""A camera that is knocked: from one frame to the next all of the sheet lies elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray
from exhibit.ink.sides import geometry

_PLACES = np.linspace(0.06, 0.94, 24)
_BESIDE_PX = 3.0
_CHANGED, _SHARE = 0.25, 0.3
"""By how much of its brightness a place changes, and how many do; a hand covers fewer."""


class KnockWatch:
    """Looks at places right inside and outside a sheet's sides, frame by frame."""

    def __init__(self) -> None:
        self._corners: Floats | None = None
        self._at: NDArray[np.intp] = np.zeros(0, np.intp)
        self._seen: Gray | None = None

    def step(self, pixels: Gray, corners: Floats | None) -> bool:
        """Return whether so much has changed since the frame before that the camera was knocked.

        Args:
            pixels: (H, W) uint8.
            corners: (4, 2) of the sheet where it was last seen, the same array while it rests; None
                without a sheet.
        """
        before = self._seen
        if corners is None:
            self._corners = self._seen = None
            return False
        if corners is not self._corners:
            self._corners, before = corners, None
            self._at = _beside(corners, (pixels.shape[0], pixels.shape[1]))
        seen = self._seen = as_gray(pixels.ravel()[self._at])
        if before is None:
            return False
        changed = np.abs(np.subtract(seen, before, dtype=np.int16)) > _CHANGED * np.maximum(
            seen, before
        )
        return bool(np.count_nonzero(changed) > _SHARE * changed.size)


def _beside(corners: Floats, shape: tuple[int, int]) -> NDArray[np.intp]:
    """Return where pixels right beside the sides (4, 2) are in a frame (H, W), row after row."""
    start, end, inward, _ = geometry(corners)
    base = start[:, None] + _PLACES[None, :, None] * (end - start)[:, None]
    near = np.stack([base + side * inward[:, None] for side in (_BESIDE_PX, -_BESIDE_PX)])
    x, y = near.round().astype(np.intp).reshape(-1, 2).T
    return np.clip(y, 0, shape[0] - 1) * shape[1] + np.clip(x, 0, shape[1] - 1)
