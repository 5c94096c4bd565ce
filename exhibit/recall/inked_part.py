"""The part of a picture that has ink."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Gray

_PAPER = 255


def inked_part(picture: Gray, around: int) -> tuple[slice, slice]:
    """Return rows and columns of the ink of a picture (R, R), and of so many pixels around it."""
    left, top, width, height = cv2.boundingRect(np.asarray(picture < _PAPER, np.uint8))
    return (
        slice(max(0, top - around), min(top + height + around, len(picture))),
        slice(max(0, left - around), min(left + width + around, len(picture))),
    )
