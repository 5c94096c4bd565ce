"""Handwriting told from drawing by statistics of its lines, and kept as it was written."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.recall.lines import lines_of

STATISTICS = (
    "width over height of the box, log",
    "pieces, log",
    "pieces by length of line, log",
    "spread of the pieces' heights",
    "lines crossed by a row, log",
    "share of the box that is ink, log",
    "straightness",
)
_MIDDLE = np.array([0.5, 0.9, -5.1, 0.6, 1.2, -1.9, 0.89], np.float32)
_SPREAD = np.array([0.7, 0.9, 0.9, 0.4, 0.5, 0.5, 0.02], np.float32)
"""What brings each statistic to about 0 and 1."""
_WEIGHTS = np.array(
    [
        0.992,
        -1.591,
        3.281,
        -0.925,
        3.128,
        -1.445,
        -2.270,
        -0.878,
        1.948,
        -0.797,
        -0.223,
        0.868,
        0.732,
        -0.478,
        1.419,
        -1.060,
        -1.187,
        -2.562,
        0.534,
        -1.037,
        -1.428,
        -0.700,
        -0.703,
        1.202,
        0.132,
        -0.129,
        -0.393,
        0.396,
        -0.579,
        -0.300,
        -1.040,
        -0.237,
        -0.592,
        -0.031,
        -0.006,
    ],
    np.float32,
)
_BIAS = 0.661
"""Fitted by `python -m benchmarks.handwriting`, which also says how often it is right."""
_WORKED_PX = 128
_INK_BELOW = 150
LIKELY = 0.6
"""Above this, ink is handwriting."""
_LEAST_PX = 12
"""Ink smaller than this both ways is no writing yet."""
_SPECK_PX = 4


def writing(ink: Gray) -> float:
    """Return how likely ink is handwriting, 0 .. 1.

    Args:
        ink: (S, S) uint8, 0 ink .. 255 paper, lines of one width; one group of them.
    """
    found = statistics(ink)
    if found is None:
        return 0.0
    return float(1 / (1 + np.exp(-(in_pairs(scaled(found)) @ _WEIGHTS + _BIAS))))


def is_handwriting(ink: Gray) -> bool:
    """Whether ink that does not grow is handwriting; see `writing`."""
    return writing(ink) > LIKELY


def scaled(found: Floats) -> Floats:
    """Bring the statistics to about one range."""
    return np.asarray(np.clip((found - _MIDDLE) / _SPREAD, -3, 3), np.float32)


def in_pairs(found: Floats) -> Floats:
    """Return n numbers and the products of every two of them, (n + n·(n + 1) / 2,)."""
    first, second = np.triu_indices(len(found))
    return np.concatenate([found, found[first] * found[second]])


def statistics(ink: Gray) -> Floats | None:
    """Measure the lines of one group of ink: `STATISTICS`, or None where there is too little."""
    small = cv2.resize(ink, (_WORKED_PX, _WORKED_PX), interpolation=cv2.INTER_AREA)
    dark = np.asarray(small < _INK_BELOW, np.uint8)
    x, y, width, height = cv2.boundingRect(dark)
    if max(width, height) < _LEAST_PX:
        return None
    box = np.ascontiguousarray(dark[y : y + height, x : x + width])
    _, _, stats, _ = cv2.connectedComponentsWithStats(box, connectivity=8)
    areas, heights = stats[1:, cv2.CC_STAT_AREA], stats[1:, cv2.CC_STAT_HEIGHT]
    heights = heights[(areas >= _SPECK_PX) | (areas == areas.max())]
    crossed = np.count_nonzero(np.diff(np.pad(box, ((0, 0), (1, 0))).astype(np.int8)) == 1)
    lines = lines_of(np.asarray(small, np.uint8))
    sure = np.hypot(*lines.across.reshape(-1, 2)[lines.cell].T)
    inked = int(box.sum())
    return np.array(
        [
            np.log(width / height),
            np.log(len(heights)),
            np.log(len(heights) / inked),
            heights.std() / heights.mean() if len(heights) > 1 else 1.0,
            np.log(crossed / height),
            np.log(inked / box.size),
            sure.mean() if len(sure) else 0.0,
        ],
        np.float32,
    )


def in_pen_line(ink: Gray, side_px: int) -> Gray:
    """Return writing as it is shown: in its own line, which is as wide as the artist's.

    Args:
        ink: (S, S) uint8.
        side_px: side of the result.
    """
    method = cv2.INTER_AREA if side_px < ink.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(ink, (side_px, side_px), interpolation=method), np.uint8)
