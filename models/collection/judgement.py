"""Why an item is set aside: the automatic part of curation, which a curator can overrule."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.collection.lettering import is_empty_frame, lettering_mask
from models.collection.linework import line_width_px
from models.collection.squaring import padded_side_px


@dataclass(frozen=True, slots=True)
class Limits:
    """What an item must keep to; lengths in pixels at the model's resolution where they say so."""

    thinnest_px: float = 0.75
    """Mean line width at the model's resolution; thinner lines become texture."""
    thickest_px: float = 6.0
    largest_tone: float = 0.12
    """Share of half-tone in the ink of a page; photographs and washes have more."""
    smallest_px: int = 72
    """Longer side on the page as scanned; less has too little detail to enlarge."""
    least_ink: float = 0.02
    """Share of the square that is ink."""
    most_ink: float = 0.42
    least_of_page: float = 0.06
    """Share of the page's ink; less is a tuft of grass beside the figure."""
    most_fragmented: float = 0.6
    """The longest connected part must span this share of the figure."""
    most_lettering: float = 0.9
    """Share of the ink that is lines of letters; more is no drawing."""
    narrowest: float = 0.12
    """Shorter over longer side."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured on an item."""

    line_width_px: float
    """Mean line width in pixels at the model's resolution."""
    ink_share: float
    """Share of the square that is ink."""


def measure(ink: NDArray[np.bool_], side_px: int, resolution: int) -> Measured:
    """Measure the ink of an item as the model will see it.

    Args:
        ink: (height, width) bool, at the page's scale.
        side_px: side of the item's square at the page's scale.
        resolution: side of the item's square at the model's scale.

    Returns:
        Line width and ink share.
    """
    width = line_width_px(ink) * resolution / side_px
    return Measured(width, np.count_nonzero(ink) / side_px**2)


def reason_to_drop_page(tone: float, limits: Limits) -> str:
    """Why a whole page is set aside, or "" where it is kept."""
    if tone > limits.largest_tone:
        return f"tone: {tone:.0%} of the ink is grey, as in photographs and washes"
    return ""


def reason_to_drop_drawing(ink: NDArray[np.bool_], measured: Measured, limits: Limits) -> str:
    """Why a whole drawing is set aside, or "" where it is kept.

    Args:
        ink: (height, width) bool, the drawing's own ink at the page's scale.
        measured: of that ink.
        limits: what to keep to.
    """
    width, share = measured.line_width_px, measured.ink_share
    if lettering_mask(ink).sum() > limits.most_lettering * np.count_nonzero(ink):
        return "lettering: nothing else is drawn"
    if max(ink.shape) < limits.smallest_px:
        return f"small: {max(ink.shape)} px on the page"
    if width < limits.thinnest_px:
        return f"thin: mean line {width:.2f} px"
    if width > limits.thickest_px:
        return f"thick: mean line {width:.2f} px"
    if share > limits.most_ink:
        return f"black: {share:.0%} of the square is ink"
    if share < limits.least_ink:
        return f"faint: {share:.1%} of the square is ink"
    return ""


def reason_to_drop_figure(
    ink: NDArray[np.bool_], page_ink: int, measured: Measured, limits: Limits
) -> str:
    """Why a figure is set aside, or "" where it is kept.

    Args:
        ink: (height, width) bool, the figure's own ink at the page's scale.
        page_ink: pixels of ink on its whole page.
        measured: of that ink.
        limits: what to keep to.
    """
    if reason := reason_to_drop_drawing(ink, measured, limits):
        return reason
    if is_empty_frame(ink):
        return "frame: nothing is drawn inside"
    if np.count_nonzero(ink) < limits.least_of_page * page_ink:
        return "minor: a small part of its page"
    if _longest_part(ink) < limits.most_fragmented:
        return "fragments: loose strokes, no figure"
    if min(ink.shape) < limits.narrowest * max(ink.shape):
        return "sliver: long and narrow"
    return ""


def _longest_part(ink: NDArray[np.bool_]) -> float:
    """Extent of the longest connected part over that of the whole."""
    near = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    extent = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    return float(extent.max() / max(ink.shape))


def square_side_px(ink: NDArray[np.bool_], squaring: str) -> int:
    """Side of the square an item becomes, at the page's scale."""
    return min(ink.shape) if squaring == "crop" else padded_side_px(*ink.shape)
