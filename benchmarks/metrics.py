"""Measures of binarisation, as in the DIBCO contests; ink is 0 and paper 255."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.thin import thin

_BLOCK = 8
_REACH = 2


@dataclass(frozen=True, slots=True)
class Score:
    """One mask against its truth: percent, percent, decibel, and distortion per block."""

    f_measure: float
    pseudo_f: float
    psnr: float
    drd: float


def score(mask: Gray, truth: Gray) -> Score:
    """Return all measures of one mask.

    Args:
        mask: (H, W) uint8, 0 ink .. 255 paper.
        truth: (H, W) uint8 of the same size, 0 ink .. 255 paper.
    """
    found, ink = mask < 128, truth < 128
    return Score(f_measure(found, ink), pseudo_f(found, ink), psnr(found, ink), drd(found, ink))


def f_measure(found: NDArray[np.bool_], ink: NDArray[np.bool_]) -> float:
    """Return the harmonic mean of precision and recall in percent.

    Source: Pratikakis et al., "H-DIBCO 2016", ICFHR 2016, section III.
    """
    hits = int(np.count_nonzero(found & ink))
    total = int(np.count_nonzero(found)) + int(np.count_nonzero(ink))
    return 100.0 * 2 * hits / total if total else 100.0


def pseudo_f(found: NDArray[np.bool_], ink: NDArray[np.bool_]) -> float:
    """Return the F-measure whose recall counts centre lines only, in percent.

    Source: Ntirogiannis, Gatos and Pratikakis, "An objective evaluation methodology for document
        image binarization techniques", DAS 2008 (the contests since 2013 weight it further).
    """
    lines = thin(ink.astype(np.uint8)).astype(bool)
    if not lines.any() or not found.any():
        return 100.0 if not lines.any() and not found.any() else 0.0
    recall = np.count_nonzero(found & lines) / np.count_nonzero(lines)
    precision = np.count_nonzero(found & ink) / np.count_nonzero(found)
    return 100.0 * 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def psnr(found: NDArray[np.bool_], ink: NDArray[np.bool_]) -> float:
    """Return 10·log10(1/MSE) in decibel, 99 for identical masks.

    Source: Pratikakis et al., "H-DIBCO 2016", ICFHR 2016, section III.
    """
    wrong = float(np.count_nonzero(found != ink)) / ink.size
    return 99.0 if wrong == 0 else float(min(99.0, -10.0 * np.log10(wrong)))


def drd(found: NDArray[np.bool_], ink: NDArray[np.bool_]) -> float:
    """Return the distance reciprocal distortion per 8×8 block that is not all one colour.

    Source: Lu, Kot and Shi, "Distance-reciprocal distortion measure for binary document images",
        IEEE Signal Processing Letters 11(2), 2004, with its 5×5 weights.
    """
    height, width = ink.shape
    rows, columns = height // _BLOCK * _BLOCK, width // _BLOCK * _BLOCK
    blocks = ink[:rows, :columns].reshape(rows // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK)
    counts = blocks.sum(axis=(1, 3))
    mixed = int(np.count_nonzero((counts > 0) & (counts < _BLOCK**2)))
    steps = np.arange(-_REACH, _REACH + 1)
    distance = np.hypot(steps[:, None], steps[None, :])
    weights = np.where(distance > 0, 1.0 / np.maximum(distance, 1e-9), 0.0)
    weights /= weights.sum()
    near_ink = cv2.filter2D(ink.astype(np.float32), -1, weights, borderType=cv2.BORDER_REPLICATE)
    distortion = np.where(found, 1.0 - near_ink, near_ink)[found != ink].sum()
    return float(distortion / max(1, mixed))
