"""Does the picture follow the pen? Recall above chance, precision, ink share; sizes at 256 px."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray

SIDE_PX = 256
REACH_PX = 3.0
INK_BELOW = 128
_FLIPS = ((1, -1), (-1, 1), (-1, -1))
"""Steps along rows and columns: left-right, top-bottom, both."""
_SHIFTS = ((40, 24), (-24, 40), (24, -40))
"""Rows and columns, at 256 px, by which each flipped ink is moved around the square."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Following:
    """How one picture follows one ink.

    Args:
        recall: share of the ink within 3 px of the picture's lines.
        chance: the same for that ink flipped and shifted, mean of nine variants.
        precision: share of the picture's lines within 3 px of the ink.
        ink_share: share of the picture that is dark.
    """

    recall: float
    chance: float
    precision: float
    ink_share: float

    @property
    def adherence(self) -> float:
        """Recall above chance: (r - c) / (1 - c); dense pictures gain nothing in it."""
        return (self.recall - self.chance) / max(1 - self.chance, 1e-6)


def ink_mask(pixels: Gray) -> Mask:
    """Bring a grey picture (R, R) or (R, R, 3) to 256 px and threshold it at mid-grey."""
    grey = pixels if pixels.ndim == 2 else pixels.mean(axis=2).astype(np.uint8)
    if grey.shape[0] != SIDE_PX:
        shrinks = grey.shape[0] > SIDE_PX
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        grey = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=method)
    return grey < INK_BELOW


def distance_to(mask: Mask) -> NDArray[np.float32]:
    """Distance of each pixel to the nearest True one; far everywhere when there is none."""
    if not mask.any():
        return np.full(mask.shape, 1e6, np.float32)
    empty = (~mask).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(empty, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def following(ink: Gray, picture: Gray) -> Following:
    """Measure one answer.

    Args:
        ink: (S, S) uint8, what the visitor drew, as the encoder gets it.
        picture: (R, R) or (R, R, 3) uint8.
    """
    drawn, lines = ink_mask(ink), ink_mask(picture)
    close = distance_to(lines) <= REACH_PX
    near_ink = distance_to(drawn) <= REACH_PX
    count = max(int(drawn.sum()), 1)
    chances = [
        float(close[variant].sum()) / max(int(variant.sum()), 1) for variant in variants(drawn)
    ]
    return Following(
        recall=float(close[drawn].sum()) / count,
        chance=float(np.mean(chances)),
        precision=float(near_ink[lines].sum()) / max(int(lines.sum()), 1),
        ink_share=float(lines.mean()),
    )


def variants(drawn: Mask) -> list[Mask]:
    """Return lines (256, 256) flipped and shifted in nine ways: what is near them is chance."""
    return [
        np.roll(drawn[::rows, ::columns], shift, axis=(0, 1))
        for rows, columns in _FLIPS
        for shift in _SHIFTS
    ]
