"""Whether ink is a face: two small marks side by side, within an outline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from exhibit.contract.values import Gray

_SMALLEST_HEAD = 0.3
"""Share of the ink's box that an outline encloses, to be that of a head."""
_LARGEST_EYE = 0.35
"""Longer side of an eye, as a share of the head's width."""
_LEVEL, _ALIKE = 0.2, 3.0
"""How far apart in height eyes may be, as a share of the head's, and how different in size."""
_HIGHEST, _LOWEST = 0.1, 0.65
"""Where in the head's height eyes lie."""
_APART = (0.12, 0.75)
"""Distance between eyes, as a share of the head's width."""

_Box = Sequence[int]
"""Left, top, width and height."""


def is_face(ink: Gray) -> bool:
    """Whether ink (S, S) uint8, 0 ink .. 255 paper, is a face, whatever else it has."""
    dark = cv2.dilate(np.asarray(ink < 160, np.uint8), np.ones((3, 3), np.uint8))
    contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return False
    boxes = [cv2.boundingRect(contour) for contour in contours]
    _, _, width, height = cv2.boundingRect(dark)
    for hole, (_, _, _, parent) in enumerate(tree[0]):
        # The inside of an outline is a hole whose children are the marks within it.
        if parent < 0 or cv2.contourArea(contours[hole]) < _SMALLEST_HEAD * width * height:
            continue
        marks = [boxes[child] for child in _children(tree[0], hole)]
        if any(_are_eyes(one, other, boxes[hole]) for one in marks for other in marks):
            return True
    return False


def _children(tree: np.ndarray[tuple[int, ...], np.dtype[np.int32]], of: int) -> Iterator[int]:
    child = int(tree[of][2])
    while child >= 0:
        yield child
        child = int(tree[child][0])


def _are_eyes(left: _Box, right: _Box, head: _Box) -> bool:
    head_left, head_top, head_width, head_height = head
    sizes = [max(box[2], box[3]) for box in (left, right)]
    middles = [(box[0] + box[2] / 2, box[1] + box[3] / 2) for box in (left, right)]
    across, down = (float(value) for value in np.subtract(middles[1], middles[0]))
    heights = [(middle[1] - head_top) / head_height for middle in middles]
    return (
        max(sizes) <= _LARGEST_EYE * head_width
        and max(sizes) <= _ALIKE * min(sizes)
        and _APART[0] * head_width <= across <= _APART[1] * head_width
        and abs(down) <= _LEVEL * head_height
        and all(_HIGHEST <= share <= _LOWEST for share in heights)
        and middles[0][0] < head_left + head_width / 2 < middles[1][0]
    )
