"""Sheets: ink, the nearest real drawing and the answer, side by side, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from models.evaluation.measure import Evidence
from models.evaluation.visitors import SHARES, Visit
from models.sketches.raster import Gray

_GAP_PX = 6
_RULE = 150


def contact_sheet(pictures: Sequence[Gray], columns: int) -> Gray:
    """Lay pictures (R, R) out in a grid on white."""
    side = pictures[0].shape[0]
    rows = -(-len(pictures) // columns)
    canvas = np.full((rows * (side + _GAP_PX), columns * (side + _GAP_PX)), 255, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = (part * (side + _GAP_PX) for part in divmod(index, columns))
        canvas[top : top + side, left : left + side] = _gray(picture, side)
    return canvas


def honest_sheet(visits: Sequence[Visit], evidence: Evidence, indices: Sequence[int]) -> Gray:
    """For 25, 50 and 100 %: a row of ink, a row of the nearest drawings, a row of answers.

    Args:
        visits: all that were measured.
        evidence: the pictures of the measurement.
        indices: which visits are columns; choose them blindly, by a rule.
    """
    side = evidence.pictures["bundle"][SHARES[0]][0].shape[0]
    bands = []
    for share in SHARES:
        shown = (
            [visits[i].inks[share] for i in indices],
            [evidence.pictures["nearest"][share][i] for i in indices],
            [evidence.pictures["bundle"][share][i] for i in indices],
        )
        bands += [contact_sheet([_gray(p, side) for p in row], len(row)) for row in shown]
        bands.append(np.full((2, bands[-1].shape[1]), _RULE, np.uint8))
    return np.vstack(bands[:-1])


def evenly(count: int, columns: int) -> list[int]:
    """Indices spread evenly over `count`, chosen by no one."""
    return [round((i + 0.5) * count / columns - 0.5) for i in range(min(columns, count))]


def write_png(path: Path, sheet: Gray) -> None:
    """Write a sheet; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), sheet):
        raise OSError(f"{path}: could not be written")


def _gray(picture: Gray, side: int) -> Gray:
    gray = picture if picture.ndim == 2 else picture.mean(axis=2).astype(np.uint8)
    if gray.shape[0] == side:
        return gray
    return cv2.resize(gray, (side, side), interpolation=cv2.INTER_AREA)
