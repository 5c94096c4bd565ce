"""What can be measured on a drawing: how much ink, how thick, where, how leaning, how hatched.

Every measure is one number of one picture, in units that do not depend on the picture's size, so
that pictures of 64 and 256 px compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from exhibit.contract.values import Gray

Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]

INK_LEVEL = 0.5
"""Darker than this counts as ink where a line must be either there or not."""
_FINE = 2
"""Lines are traced on a picture this many times larger: ink is often one pixel wide."""
_AREA_SHARE = 0.05
"""Ink wider than this share of the side is a black area, not a line."""
_WINDOW_SHARE = 0.07
"""Side of the window in which lines are counted to tell hatching from a contour."""
_SPARSE, _DENSE = 1.5, 3.0
"""Lines in that window: up to the first it is a contour, from the second on it is hatching."""
_SPECK_SHARE = 2e-4
"""Ink smaller than this share of the picture is a speck, not a part."""
_SMOOTHING_SHARE = 0.012
"""Blur before curvature and symmetry, as a share of the side."""
_SHARPEST = 64.0
"""Curvature is cut here (a radius of 1/64 of the side): line ends would decide alone."""


@dataclass(frozen=True, slots=True)
class Semantic:
    """A measure: its name, its unit, and what it says in plain words."""

    name: str
    unit: str
    meaning: str


SEMANTICS = (
    Semantic("ink-coverage", "share of the picture", "how much ink there is"),
    Semantic("stroke-width", "share of the side", "how thick lines are"),
    Semantic("hatching", "share of the picture", "how much is hatched: many lines close together"),
    Semantic("black-areas", "share of the ink", "how much ink is filled areas, not lines"),
    Semantic("slant", "degrees from upright", "leaning to the right (positive) or to the left"),
    Semantic("symmetry", "0 to 1", "how alike left and right halves are"),
    Semantic("horizontal-centre", "share of the side", "where the ink is, from left to right"),
    Semantic("vertical-centre", "share of the side", "where the ink is, from top to bottom"),
    Semantic("spread", "share of the side", "how far the ink reaches from its centre"),
    Semantic("parts", "count", "how many separate pieces"),
    Semantic("curvature", "1 / side", "how bent lines are; 1 / radius for a circle"),
)
NAMES = tuple(semantic.name for semantic in SEMANTICS)


def measure(picture: Gray) -> dict[str, float]:
    """Measure one drawing.

    Args:
        picture: (R, R) or (R, R, 3) uint8, 0 ink .. 255 paper.

    Returns:
        One number for each name of `SEMANTICS`, in its unit. A blank sheet is symmetric, centred
        and otherwise 0.
    """
    ink = _ink_of(picture)
    mask = ink > INK_LEVEL
    sigma = _SMOOTHING_SHARE * ink.shape[0]
    blurred = np.asarray(cv2.GaussianBlur(ink, (0, 0), sigma), np.float32)
    centre_x, centre_y, spread, slant = _moments(ink)
    width, hatching = _lines(ink)
    return {
        "ink-coverage": float(ink.mean()),
        "stroke-width": width,
        "hatching": hatching,
        "black-areas": _black_share(ink, mask),
        "slant": slant,
        "symmetry": _symmetry(blurred, centre_x),
        "horizontal-centre": centre_x,
        "vertical-centre": centre_y,
        "spread": spread,
        "parts": float(_parts(mask)),
        "curvature": _curvature(blurred),
    }


def moments_of(picture: Gray) -> tuple[float, float, float, float]:
    """Centre x and y and spread as shares of the side, and slant in degrees, of a picture's ink."""
    return _moments(_ink_of(picture))


def measure_all(pictures: Sequence[Gray] | Gray) -> dict[str, NDArray[np.float64]]:
    """Measure drawings (n, R, R); returns (n,) for each name of `SEMANTICS`."""
    rows = [measure(picture) for picture in pictures]
    return {name: np.array([row[name] for row in rows]) for name in NAMES}


def _ink_of(picture: Gray) -> Pixels:
    gray = picture if picture.ndim == 2 else picture.mean(axis=2)
    return (1.0 - gray / np.float32(255)).astype(np.float32)


def _moments(ink: Pixels) -> tuple[float, float, float, float]:
    """Centre x and y, spread, and slant by the moments of the ink.

    Source: Castro et al. 2019, "Morpho-MNIST", section 3.2 (slant: the shear that makes the mixed
    second moment vanish); theirs is of digits, positive to the left.
    """
    side = ink.shape[0]
    moments = cv2.moments(ink)
    if moments["m00"] <= 0:
        return 0.5, 0.5, 0.0, 0.0
    x, y = (moments[key] / moments["m00"] for key in ("m10", "m01"))
    xx, yy, xy = (moments[key] / moments["m00"] for key in ("mu20", "mu02", "mu11"))
    # A line of one pixel is not infinitely thin: a pixel has the variance 1/12.
    slant = np.degrees(np.arctan2(-xy, yy + 1 / 12))
    spread = np.sqrt(max(xx + yy, 0.0)) / side
    return float((x + 0.5) / side), float((y + 0.5) / side), float(spread), float(slant)


def _lines(ink: Pixels) -> tuple[float, float]:
    """Stroke width as area over length of everything that is a line, and the share hatched."""
    side = ink.shape[0] * _FINE
    fine = cv2.resize(ink, (side, side), interpolation=cv2.INTER_LINEAR)
    mask = fine > INK_LEVEL
    lines = mask & ~_areas(mask)
    traced = skeletonize(lines)
    length_px = _length(traced)
    width = float(fine[lines].sum()) / length_px / side if length_px else 0.0
    window_px = max(3, round(_WINDOW_SHARE * side))
    # A line that crosses the window has as many pixels there as the window is wide.
    count = cv2.blur(traced.astype(np.float32), (window_px, window_px)) * window_px
    hatched = np.clip((count - _SPARSE) / (_DENSE - _SPARSE), 0, 1)
    return width, float(hatched.mean())


def _areas(mask: Mask) -> Mask:
    """What is left of ink where a disc of the smallest area's width fits in."""
    diameter = max(3, round(_AREA_SHARE * mask.shape[0]) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0


def _length(traced: Mask) -> float:
    """Length in pixels of lines one pixel wide: steps along rows and columns, and diagonal ones."""
    right, down = traced[:, :-1] & traced[:, 1:], traced[:-1] & traced[1:]
    falling, rising = traced[:-1, :-1] & traced[1:, 1:], traced[:-1, 1:] & traced[1:, :-1]
    # A diagonal step beside a corner pixel was already walked along the rows and columns.
    falling &= ~(traced[:-1, 1:] | traced[1:, :-1])
    rising &= ~(traced[:-1, :-1] | traced[1:, 1:])
    straight = int(right.sum()) + int(down.sum())
    return float(straight + np.sqrt(2) * (int(falling.sum()) + int(rising.sum())))


def _black_share(ink: Pixels, mask: Mask) -> float:
    total = float(ink.sum())
    return float(ink[_areas(mask)].sum()) / total if total > 0 else 0.0


def _symmetry(blurred: Pixels, centre_x: float) -> float:
    """Cosine between the blurred ink and its reflection about the vertical through its centre."""
    side = blurred.shape[0]
    shift = np.array([[1, 0, (0.5 - centre_x) * side], [0, 1, 0]], np.float32)
    centred = cv2.warpAffine(blurred, shift, (side, side))
    energy = float(np.square(centred).sum())
    return float((centred * centred[:, ::-1]).sum()) / energy if energy > 0 else 1.0


def _parts(mask: Mask) -> int:
    _, _, statistics, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    smallest = _SPECK_SHARE * mask.size
    return int((statistics[1:, cv2.CC_STAT_AREA] >= smallest).sum())


def _curvature(blurred: Pixels) -> float:
    """Mean curvature of the lines of equal grey, weighted by the contrast across them.

    Source: the curvature of an implicit curve, div(∇I / |∇I|) (Sethian 1999, section 1.2).
    """
    x, y = (cv2.Sobel(blurred, cv2.CV_32F, *order) / 8 for order in ((1, 0), (0, 1)))
    xx, xy = (cv2.Sobel(x, cv2.CV_32F, *order) / 8 for order in ((1, 0), (0, 1)))
    yy = cv2.Sobel(y, cv2.CV_32F, 0, 1) / 8
    contrast = np.sqrt(x * x + y * y)
    weight = float(contrast.sum())
    if weight <= 0:
        return 0.0
    bend = np.abs(x * x * yy - 2 * x * y * xy + y * y * xx) / np.maximum(contrast, 1e-6) ** 3
    bend = np.minimum(bend * blurred.shape[0], _SHARPEST)
    return float((bend * contrast).sum() / weight)
