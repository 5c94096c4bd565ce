"""Ink of one photograph: no frames before it, no blank sheet, any size and any paper.

The steps: a picture softer than its pixels is made smaller; small networks judge each pixel by what
is around it; pieces that are hardly more likely ink than not are dropped. The choice, and what it
was compared with, is in docs/decisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.holes import fill_holes
from exhibit.ink.images import as_gray, length_of, square
from exhibit.ink.judge import ink_logit
from exhibit.ink.large import SHRINK, add_large

_LEAST_PX, _LEAST_SPREAD = 3, 18
_SOFT, _LEAST_SIDE, _LEAST_COARSE_SIDE = 1.55, 64, 24
"""Slopes of a picture at half its size are twice as steep where it is soft, and 1.0 to 1.4 times
where its edges are as sharp as its pixels allow."""
_TILE_PX, _OVERLAP_PX = 2048, 128
_INK = -0.4
"""Logit where ink begins. A pixel that is ink two times in five raises F more than it costs: the
best threshold is half of the F that is reached."""
_SURE, _LEAST_AREA = 0.7, 4
_LIT, _WHITE_SHARE, _LIT_SHRINK, _LIT_NEAR = 0.22, 98, 4, 5
"""Paper darker than this share of the picture's white is none that anybody draws on."""


def binarise(gray: Gray) -> Gray:
    """Find ink in a photograph or scan.

    Args:
        gray: (H, W) uint8, dark ink on lighter paper.

    Returns:
        (H, W) uint8, 0 ink and 255 paper; all paper where nothing stands out.

    Source: auto-context as Tu and Bai, "Auto-context and its application to high-level vision
        tasks", TPAMI 32(10), 2010, with the evidence of exhibit/ink/evidence.py; threshold of most
        F as Lipton, Elkan and Naryanaswamy, "Optimal thresholding of classifiers to maximize F1
        measure", ECML PKDD 2014.
    """
    if min(gray.shape) < _LEAST_PX or int(gray.max()) - int(gray.min()) < _LEAST_SPREAD:
        return np.full_like(gray, 255)
    ink = _on_lit_paper(gray, _ink(gray, _spare_detail(gray)))
    return as_gray(np.where(ink > 0, 0, 255))


def _ink(gray: Gray, shrink: int) -> Gray:
    """Return ink (H, W) uint8, 1 on ink, of a picture that may be judged so many times smaller."""
    height, width = gray.shape
    if shrink == 1:
        logit = _in_tiles(gray)
    else:
        small = _smaller(gray, shrink)
        logit = np.asarray(
            cv2.resize(_in_tiles(small), (width, height), interpolation=cv2.INTER_CUBIC), np.float32
        )
    ink = fill_holes(gray, _without_doubtful(logit, shrink))
    if min(height, width) < SHRINK * shrink * _LEAST_COARSE_SIDE:
        return ink
    return add_large(gray, ink, _ink(_smaller(gray, SHRINK), shrink))


def _smaller(gray: Gray, shrink: int) -> Gray:
    size = (gray.shape[1] // shrink, gray.shape[0] // shrink)
    return as_gray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA))


def _on_lit_paper(gray: Gray, ink: Gray) -> Gray:
    """Leave out pieces with nothing but darkness around them: a dark room beyond the sheet."""
    small = cv2.blur(_smaller(gray, min(_LIT_SHRINK, *gray.shape)), (3, 3))
    lit = small > _LIT * np.percentile(small, _WHITE_SHARE)
    near = cv2.dilate(as_gray(lit), square(_LIT_NEAR))
    near = cv2.resize(near, gray.shape[::-1], interpolation=cv2.INTER_NEAREST)
    count, labels = cv2.connectedComponents(ink, connectivity=8)
    keep = np.bincount(labels[near > 0], minlength=count) > 0
    keep[0] = False
    return as_gray(keep[labels])


def _in_tiles(gray: Gray) -> Floats:
    """Judge a page piece by piece, for the memory that its evidence needs."""
    logit = np.empty(gray.shape, np.float32)
    for rows, inner_rows in _stretches(gray.shape[0]):
        for columns, inner_columns in _stretches(gray.shape[1]):
            tile = ink_logit(np.ascontiguousarray(gray[rows, columns]))
            first = rows.start + inner_rows.start, columns.start + inner_columns.start
            inner = tile[inner_rows, inner_columns]
            logit[first[0] : first[0] + inner.shape[0], first[1] : first[1] + inner.shape[1]] = (
                inner
            )
    return logit


def _stretches(length: int) -> Iterator[tuple[slice, slice]]:
    """Yield stretches with what overlaps them, and where their own part lies in there."""
    count = max(1, round(length / _TILE_PX))
    edges = [number * length // count for number in range(count + 1)]
    for start, end in pairwise(edges):
        first, last = max(0, start - _OVERLAP_PX), min(length, end + _OVERLAP_PX)
        yield slice(first, last), slice(start - first, end - first)


def _spare_detail(gray: Gray) -> int:
    """Return by how much a picture may shrink and lose nothing, since it is as soft as enlarged."""
    shrink, picture = 1, gray
    while True:
        size = (picture.shape[1] // 2, picture.shape[0] // 2)
        if min(size) < _LEAST_SIDE:
            return shrink
        half = as_gray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
        if _steepest(half) < _SOFT * _steepest(picture):
            return shrink
        shrink, picture = 2 * shrink, half


def _steepest(gray: Gray) -> float:
    """Return the slope that one in two hundred pixels exceeds."""
    smooth = cv2.GaussianBlur(gray, (3, 3), 0.8).astype(np.float32)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, x, 1 - x) for x in (1, 0))
    return float(np.quantile(length_of(across, down), 0.995))


def _without_doubtful(logit: Floats, shrink: int) -> Gray:
    """Mark ink, without specks and pieces that are hardly more likely ink than not."""
    ink = as_gray(logit > _INK)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    places = np.flatnonzero(ink)
    sure = np.bincount(labels.ravel()[places], logit.ravel()[places], count)
    area = stats[:, cv2.CC_STAT_AREA]
    keep = (sure > _SURE * area) & (area >= _LEAST_AREA * shrink * shrink)
    keep[0] = False
    return as_gray(keep[labels])
