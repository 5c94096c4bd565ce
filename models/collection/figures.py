"""Split a drawing into its figures: connected ink, with the tiny parts that belong to it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.collection.boxes import Box

REACH_SHARE = 0.01
"""Ink closer than this share of the page's longer side is one figure (a pen lifts within one)."""
TINY_SHARE = 0.22
"""A part whose longer side is below this share of the largest part's is no figure of its own."""
JOIN_SHARE = 0.03
"""A tiny part outside every figure's box and farther than this share of the page's longer side from
the nearest figure is left out: it is a signature, a page number or dirt."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One figure on a page: its box and which ink of the page is its own."""

    box: Box
    ink: NDArray[np.bool_]
    """(box.height, box.width) bool."""


def split_figures(ink: NDArray[np.bool_]) -> list[Figure]:
    """Split the ink of a page into figures.

    Args:
        ink: (height, width) bool.

    Returns:
        Figures, top to bottom then left to right. Stray specks belong to none.
    """
    reach = max(1, round(REACH_SHARE * max(ink.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    near = cv2.dilate(ink.astype(np.uint8), kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    if count == 1:
        return []
    owner = _owners(labels, stats, JOIN_SHARE * max(ink.shape))
    owned = np.where(ink, owner[labels], 0)
    figures = [_cut_out(owned == label) for label in np.unique(owner[owner > 0])]
    return sorted(figures, key=lambda figure: (figure.box.top, figure.box.left))


def _owners(
    labels: NDArray[np.int32], stats: NDArray[np.int32], join_px: float
) -> NDArray[np.int32]:
    """For each connected part the part that owns it: itself, its nearest figure, or 0 for none."""
    longest = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    longest[0] = 0
    large = longest >= TINY_SHARE * longest.max()
    owner = np.where(large, np.arange(len(stats)), 0).astype(np.int32)
    figures_ink = large[labels]
    distance, nearest = cv2.distanceTransformWithLabels(
        (~figures_ink).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    label_of_seed = np.zeros(int(nearest.max()) + 1, np.int32)
    label_of_seed[nearest[figures_ink]] = labels[figures_ink]
    for tiny in np.flatnonzero(~large[1:]) + 1:
        left, top, width, height = stats[tiny, :4]
        window = np.s_[top : top + height, left : left + width]
        away = np.where(labels[window] == tiny, distance[window], np.inf)
        closest = np.unravel_index(int(away.argmin()), away.shape)
        nearest_figure = label_of_seed[nearest[window][closest]]
        if away[closest] <= join_px or _is_inside(stats[tiny], stats[nearest_figure]):
            owner[tiny] = nearest_figure
    return owner


def _is_inside(part: NDArray[np.int32], figure: NDArray[np.int32]) -> bool:
    """Whether the middle of one part's box lies in another's: an eye in a face."""
    middle = part[:2] + part[2:4] // 2
    return bool((middle >= figure[:2]).all() and (middle < figure[:2] + figure[2:4]).all())


def _cut_out(own: NDArray[np.bool_]) -> Figure:
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return Figure(box, own[box.top : box.bottom, box.left : box.right])


def isolate(grey: NDArray[np.uint8], figure: Figure) -> NDArray[np.uint8]:
    """Cut a figure out of its page with everything that is not its own whitened out.

    Args:
        grey: (height, width) uint8, the whitened page.
        figure: one of `split_figures` of that page.

    Returns:
        (figure.box.height, figure.box.width) uint8; the soft edge of its lines is kept.
    """
    box = figure.box
    soft_edge = cv2.dilate(figure.ink.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    cut = grey[box.top : box.bottom, box.left : box.right]
    return np.where(soft_edge, cut, 255).astype(np.uint8)
