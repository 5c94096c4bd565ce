"""Rectangles of pixels: what of a window has changed and must be done anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.geometry import Points
from exhibit.contract.values import Gray

_CELL_PX, _MOST_BOXES = 16, 6
_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Box:
    """Columns from `left` to `right` and rows from `top` to `bottom`, the ends not included."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, points: Points) -> Self:
        """Return the smallest box around points (n, 2), in continuous coordinates of pixels."""
        left, top = np.floor(points.min(axis=0)).astype(int)
        right, bottom = np.ceil(points.max(axis=0)).astype(int)
        return cls(int(left), int(top), int(right), int(bottom))

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom."""
        return self.left, self.top, self.right, self.bottom

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.bottom - self.top

    @property
    def shape(self) -> tuple[int, int]:
        """Of the array of its pixels: height and width."""
        return self.height, self.width

    @property
    def area(self) -> int:
        """Number of pixels."""
        return max(self.width, 0) * max(self.height, 0)

    @property
    def is_empty(self) -> bool:
        """Whether there is no pixel in it."""
        return self.width <= 0 or self.height <= 0

    def of(self, pixels: NDArray[_Kind]) -> NDArray[_Kind]:
        """Return the view of an array (H, W) or (H, W, C) in this box."""
        return pixels[self.top : self.bottom, self.left : self.right]

    def joined(self, other: Self) -> Self:
        """Return the smallest box around both."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return type(self)(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grown(self, by_px: int) -> Self:
        """Return it with so many pixels more on every side."""
        return type(self)(
            self.left - by_px, self.top - by_px, self.right + by_px, self.bottom + by_px
        )

    def moved(self, right_px: int, down_px: int) -> Self:
        """Return it so many pixels farther right and down."""
        return type(self)(
            self.left + right_px, self.top + down_px, self.right + right_px, self.bottom + down_px
        )

    def scaled(self, by: int) -> Self:
        """Return it with all of its numbers so many times as large."""
        return type(self)(self.left * by, self.top * by, self.right * by, self.bottom * by)

    def divided(self, by: int) -> Self:
        """Return the smallest box of cells of so many pixels squared that holds it."""
        return type(self)(
            self.left // by, self.top // by, -(-self.right // by), -(-self.bottom // by)
        )

    def cut(self, pieces: int) -> list[Self]:
        """Return it cut along rows into at most so many boxes of nearly one height."""
        rows = -(-self.height // max(pieces, 1))
        tops = range(self.top, self.bottom, max(rows, 1))
        return [
            type(self)(self.left, top, self.right, min(top + rows, self.bottom)) for top in tops
        ]

    def within(self, whole: Self) -> Self:
        """Return the part of it that lies in another one."""
        return type(self)(
            max(self.left, whole.left),
            max(self.top, whole.top),
            min(self.right, whole.right),
            min(self.bottom, whole.bottom),
        )

    def on_steps(self, step_px: int) -> Self:
        """Return the smallest box around it whose edges are multiples of a step."""
        return self.divided(step_px).scaled(step_px)


def box_of(pixels: Gray) -> Box:
    """Return the box of a whole array (H, W) or (H, W, C)."""
    return Box(0, 0, pixels.shape[1], pixels.shape[0])


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Return boxes that hold all of these, joined where that costs no more than the two alone."""
    kept: list[Box] = []
    for box in boxes:
        near = [other for other in kept if box.joined(other).area <= box.area + other.area]
        kept = [other for other in kept if other not in near]
        for other in near:
            box = box.joined(other)
        kept.append(box)
    if len(kept) <= _MOST_BOXES:
        return kept
    whole = kept[0]
    for box in kept[1:]:
        whole = whole.joined(box)
    return [whole]


def changed_boxes(before: Gray, after: Gray) -> list[Box]:
    """Return boxes around all pixels that differ between two pictures of one shape, a few at most.

    What changes at several places far apart is not one large box.
    """
    whole = changed_box(before, after)
    if whole.area <= _CELL_PX**2:
        return [] if whole.is_empty else [whole]
    cells = _most_in_cells(np.asarray(cv2.absdiff(whole.of(before), whole.of(after)), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats((cells > 0).astype(np.uint8))
    boxes = []
    for left, top, width, height, _ in found[1:].tolist():
        around = Box(left, top, left + width, top + height).scaled(_CELL_PX)
        around = around.moved(whole.left, whole.top).within(whole)
        box = changed_box(around.of(before), around.of(after))
        boxes.append(box.moved(around.left, around.top))
    return merged(boxes)


def _most_in_cells(pixels: Gray) -> Gray:
    """Return (m, n), the most of any pixel (H, W) or (H, W, C) in each cell."""
    down, right = (-side % _CELL_PX for side in pixels.shape[:2])
    whole = cv2.copyMakeBorder(pixels, 0, down, 0, right, cv2.BORDER_CONSTANT)
    # Rows first, which are done many pixels at once; `reduceat` takes six times as long.
    rows = whole.reshape(whole.shape[0] // _CELL_PX, _CELL_PX, -1).max(axis=1)
    return np.asarray(rows.reshape(len(rows), whole.shape[1] // _CELL_PX, -1).max(axis=2))


def changed_box(before: Gray, after: Gray) -> Box:
    """Return the smallest box around all pixels that differ between two pictures of one shape."""
    if before.size == 0:
        return Box(0, 0, 0, 0)
    different, channels = cv2.absdiff(before, after), before.shape[2] if before.ndim == 3 else 1
    left, top, width, height = cv2.boundingRect(different.reshape(len(different), -1))
    return Box(left // channels, top, -(-(left + width) // channels), top + height)
