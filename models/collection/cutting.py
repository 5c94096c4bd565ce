"""Cut the items out of a page: its figures or its drawings, or a rectangle a curator drew."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.collection.boxes import Box
from models.collection.figures import drawing_spacing, isolate, split
from models.collection.ground import figures_of
from models.collection.lettering import lettering_mask
from models.collection.linework import ink_mask, without_dust
from models.collection.squaring import Squaring, crop_to_square, pad_to_square, resize_crisp

SPECK_SHARE = 0.05
"""What is smaller than this share of the page's longer side is no item, not even one set aside."""
Framing = Literal["figure", "drawing"]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One item on its page."""

    box: Box
    grey: NDArray[np.uint8]
    """(box.height, box.width) uint8, everything that is not the item's own whitened out."""
    ink: NDArray[np.bool_]
    """(box.height, box.width) bool."""


def cut_page(grey: NDArray[np.uint8], framing: Framing, gutter: float) -> list[Cut]:
    """Find the items of a page; lettering belongs to none.

    Args:
        grey: (height, width) uint8, the whitened page.
        framing: `figure` for each figure by itself, `drawing` for whole drawings.
        gutter: white between two drawings of one page, in shares of its longer side.

    Returns:
        Items in reading order; none on a blank page.
    """
    ink = ink_mask(grey)
    drawings = split(without_dust(ink & ~lettering_mask(ink)), drawing_spacing(gutter))
    parts = drawings if framing == "drawing" else [f for d in drawings for f in figures_of(d)]
    speck_px = SPECK_SHARE * max(grey.shape)
    whole = [part for part in parts if max(part.ink.shape) >= speck_px]
    return [Cut(part.box, isolate(grey, part), part.ink) for part in whole]


def cut_rectangle(grey: NDArray[np.uint8], box: Box) -> Cut:
    """Cut exactly what lies in a rectangle, neighbours and lettering included.

    Args:
        grey: (height, width) uint8, the whitened page.
        box: inside the page.
    """
    part = grey[box.top : box.bottom, box.left : box.right]
    return Cut(box, part, ink_mask(part))


def cut_out(cut: Cut, box: Box) -> Cut:
    """Cut a part out of an item.

    Args:
        cut: the item.
        box: in pixels of the item.
    """
    part = np.s_[box.top : box.bottom, box.left : box.right]
    return Cut(box.moved(cut.box.left, cut.box.top), cut.grey[part], cut.ink[part])


def square(cut: Cut, squaring: Squaring, resolution: int) -> NDArray[np.uint8]:
    """Make the picture that the model sees.

    Args:
        cut: the item.
        squaring: `pad` with paper to the longer side, or `crop` to the shorter.
        resolution: side in pixels.

    Returns:
        (resolution, resolution) uint8.
    """
    whole = crop_to_square(cut.grey) if squaring == "crop" else pad_to_square(cut.grey)
    return resize_crisp(whole, resolution)
