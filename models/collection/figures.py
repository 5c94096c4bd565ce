"""Split a page into its parts: connected ink, with the tiny bits that belong to it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.collection.boxes import Box

TINY_SHARE = 0.22
"""A part whose longer side is below this share of the largest part's is none of its own."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """How close ink must be to belong together, in shares of the longer side of what is split."""

    reach: float
    """Ink closer than twice this is one part: the gaps that a pen leaves within a figure."""
    join: float
    """A tiny part outside every large part's box and farther than this from the nearest is left
    out: a signature, a page number or dirt."""


FIGURE_SPACING = Spacing(reach=0.01, join=0.03)


def drawing_spacing(gutter: float) -> Spacing:
    """Spacing of whole drawings, between which the gutter is white (a share of the page)."""
    return Spacing(reach=gutter / 2, join=gutter)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One figure, or one drawing, on a page: its box and which ink of the page is its own."""

    box: Box
    ink: NDArray[np.bool_]
    """(box.height, box.width) bool."""


def split(ink: NDArray[np.bool_], spacing: Spacing) -> list[Part]:
    """Split the ink of a page into its drawings, or of a drawing into its figures.

    Args:
        ink: (height, width) bool.
        spacing: `FIGURE_SPACING`, or a `drawing_spacing`.

    Returns:
        Parts, top to bottom then left to right. Stray specks belong to none.
    """
    reach_px = max(1, round(spacing.reach * max(ink.shape)))
    # Dilation by a disc, at a cost that does not grow with its radius.
    away = cv2.distanceTransform((~ink).astype(np.uint8), cv2.DIST_L2, 5)
    near = ((away <= reach_px) & ink.any()).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    if count == 1:
        return []
    owner = _owners(labels, stats, spacing.join * max(ink.shape))
    owned = np.where(ink, owner[labels], 0)
    parts = [_cut_out(owned == label) for label in np.unique(owned[owned > 0])]
    return sorted(parts, key=lambda part: (part.box.top, part.box.left))


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


def _cut_out(own: NDArray[np.bool_]) -> Part:
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return Part(box, own[box.top : box.bottom, box.left : box.right])


def isolate(grey: NDArray[np.uint8], part: Part) -> NDArray[np.uint8]:
    """Cut a part out of its page with everything that is not its own whitened out.

    Args:
        grey: (height, width) uint8, the whitened page.
        part: one of `split` of that page.

    Returns:
        (part.box.height, part.box.width) uint8; the soft edge of its lines is kept.
    """
    box = part.box
    soft_edge = cv2.dilate(part.ink.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    cut = grey[box.top : box.bottom, box.left : box.right]
    return np.where(soft_edge, cut, 255).astype(np.uint8)
