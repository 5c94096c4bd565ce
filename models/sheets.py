"""Sheets: pictures in a grid, and the PNG that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from exhibit.contract.files import write_whole
from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray

_GAP_PX = 6


def sheet(pictures: Gray, columns: int, gap_px: int = 2) -> Gray:
    """Lay (n, H, W, C) uint8 pictures out row by row on mid-grey."""
    n, height, width, channels = pictures.shape
    rows = -(-n // columns)
    canvas = np.full(
        (rows * (height + gap_px) + gap_px, columns * (width + gap_px) + gap_px, channels),
        160,
        np.uint8,
    )
    for index, picture in enumerate(pictures):
        top = gap_px + (index // columns) * (height + gap_px)
        left = gap_px + (index % columns) * (width + gap_px)
        canvas[top : top + height, left : left + width] = picture
    return canvas


def write_png(path: Path, image: Gray) -> None:
    """Write (H, W) or (H, W, 1 or 3) uint8, RGB order; the folder is made."""
    if image.ndim == 3 and image.shape[2] == 3:
        image = as_gray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    _, data = cv2.imencode(".png", image)
    write_whole(path, data.tobytes())


def contact_sheet(pictures: Sequence[Gray], columns: int) -> Gray:
    """Lay pictures (R, R) out in a grid on white."""
    side = pictures[0].shape[0]
    rows = -(-len(pictures) // columns)
    canvas = np.full((rows * (side + _GAP_PX), columns * (side + _GAP_PX)), 255, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = (part * (side + _GAP_PX) for part in divmod(index, columns))
        canvas[top : top + side, left : left + side] = as_grey(picture, side)
    return canvas


def evenly(count: int, columns: int) -> list[int]:
    """Indices spread evenly over `count`, chosen by no one."""
    return [round((i + 0.5) * count / columns - 0.5) for i in range(min(columns, count))]


def as_grey(picture: Gray, side: int) -> Gray:
    """A picture of any size, grey or RGB, as (side, side) grey."""
    gray = picture if picture.ndim == 2 else picture.mean(axis=2).astype(np.uint8)
    if gray.shape[0] == side:
        return gray
    return as_gray(cv2.resize(gray, (side, side), interpolation=cv2.INTER_AREA))
