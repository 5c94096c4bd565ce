"""The invitation: a pen, a line, an arrow and a few words, drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray

INVITATION = "draw_here"
"""Its words among the texts for visitors."""
_PAPER, _INK = 255, 40
_HIGH, _WIDE = 0.36, 0.5
"""Size of the drawing as shares of the square it is drawn for."""
_LARGEST_LETTERS = 0.062
_SHAKE_PX, _SHAKE_OVER_PX = 2.2, 14.0

# In shares of the drawing's width and height: a line that somebody has begun, the pen that draws
# it, and an arrow from the words to the pen.
_LINE = ((0.06, 0.56), (0.12, 0.40), (0.19, 0.62), (0.26, 0.40), (0.33, 0.58), (0.41, 0.47))
_PEN = ((0.41, 0.47), (0.44, 0.36), (0.60, 0.03), (0.66, 0.09), (0.49, 0.42), (0.41, 0.47))
_COLLAR = ((0.44, 0.36), (0.49, 0.42))
_ARROW = ((0.84, 0.62), (0.82, 0.42), (0.72, 0.33), (0.60, 0.37))
_HEAD = ((0.66, 0.29), (0.60, 0.37), (0.67, 0.44))

Points = NDArray[np.float64]


def invitation(texts: Sequence[str], side_px: int) -> Gray:
    """Return the invitation (h, w) uint8 as it is drawn on a square of `side_px`.

    Args:
        texts: the same words in one language after the other, one to four.
        side_px: side of the square.
    """
    size = np.array([round(_WIDE * side_px), round(_HIGH * side_px)])
    picture = np.full((size[1], size[0]), _PAPER, np.uint8)
    thick = max(round(side_px / 170), 1)
    for line in (_LINE, _PEN, _COLLAR, _ARROW, _HEAD):
        points = np.rint(16 * size * _curve(np.array(line))).astype(np.int32)
        cv2.polylines(picture, [points], False, _INK, thick, cv2.LINE_AA, shift=4)
    _write(picture, texts, side_px)
    return _shaken(picture)


def _curve(corners: Points) -> Points:
    """Return points along a line that bends at its corners; a closed or two-point one is straight.

    Catmull-Rom splines.
    """
    if len(corners) < 4 or np.array_equal(corners[0], corners[-1]):
        return corners
    padded = np.concatenate([corners[:1], corners, corners[-1:]])
    t = np.linspace(0, 1, 12)[:, None]
    parts = [
        b
        + t * (c - a) / 2
        + t**2 * (2 * a - 5 * b + 4 * c - d) / 2
        + t**3 * (3 * (b - c) + d - a) / 2
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.concatenate(parts)


def _write(picture: Gray, texts: Sequence[str], side_px: int) -> None:
    face = cv2.FontFace("italic")
    high, wide = picture.shape
    room = 0.33 * high / len(texts)
    letters = round(min(_LARGEST_LETTERS * side_px, 0.85 * room))
    for number, text in enumerate(texts):
        box = cv2.getTextSize((wide, high), text, (0, 0), face, letters)
        fitting = round(letters * min(0.94 * wide / max(box[2], 1), 1.0))
        box = cv2.getTextSize((wide, high), text, (0, 0), face, fitting)
        place = (round((wide - box[2]) / 2), round(0.64 * high + (number + 0.8) * room))
        cv2.putText(picture, text, place, (_INK,) * 3, face, fitting)


def _shaken(picture: Gray) -> Gray:
    """Return a picture whose lines shake as if a hand had drawn them, always in the same way."""
    random = np.random.default_rng(4)
    high, wide = picture.shape
    fields = []
    for _ in range(2):
        rough = random.normal(size=(high, wide)).astype(np.float32)
        field = cv2.GaussianBlur(rough, (0, 0), _SHAKE_OVER_PX)
        fields.append(_SHAKE_PX * field / max(float(field.std()), 1e-6) / 2)
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    moved = cv2.remap(
        picture,
        columns + fields[0],
        rows + fields[1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_PAPER,
    )
    return np.asarray(moved, np.uint8)
