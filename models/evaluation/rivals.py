"""What an answer is compared with: a random drawing of the collection, and the nearest one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.measures.adherence import distance_to, ink_mask
from models.sketches.raster import Pictures

_SIDE_PX = 128
_FARTHEST = 64.0
"""Distances are capped here, so that an empty half of a drawing does not decide alone."""


class Retrieval:
    """Finds the drawing of the collection nearest to an ink by symmetric chamfer distance."""

    def __init__(self, drawings: Pictures) -> None:
        """`drawings` are the collection as framed, each (R, R) uint8, mirrored ones included."""
        self.drawings = list(drawings)
        masks = np.stack([_small(ink_mask(drawing)) for drawing in self.drawings])
        self._fields = np.stack([_field(mask) for mask in masks])
        flat = masks.reshape(len(masks), -1).astype(np.float32)
        self._lines = flat / np.maximum(flat.sum(axis=1, keepdims=True), 1)

    def nearest(self, inks: Pictures) -> list[int]:
        """Return for each ink (S, S) uint8 the index of the nearest drawing."""
        masks = np.stack([_small(ink_mask(ink)) for ink in inks])
        fields = np.stack([_field(mask) for mask in masks])
        flat = masks.reshape(len(masks), -1).astype(np.float32)
        flat /= np.maximum(flat.sum(axis=1, keepdims=True), 1)
        chamfer = flat @ self._fields.T + fields @ self._lines.T
        return [int(index) for index in chamfer.argmin(axis=1)]


def _small(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Reduce a mask to 128 px so that lines survive."""
    covered = cv2.resize(
        mask.astype(np.float32), (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA
    )
    return covered >= 0.25


def _field(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.minimum(distance_to(mask), _FARTHEST).ravel()
