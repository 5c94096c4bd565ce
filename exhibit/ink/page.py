"""The sheet in one photograph: where it is, and what of it can be read.

A table's camera sees one bright sheet on something dark. A telephone sees white paper on light
wood, a board with a thick frame in a dark room, fingers that hold the paper down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.geometry import scaling, translation
from exhibit.contract.values import Floats, Gray
from exhibit.ink import field
from exhibit.ink.images import as_gray, ellipse
from exhibit.ink.photograph import Photograph
from exhibit.ink.rectify import square_from_outline
from exhibit.ink.sheet_outline import Outline, inside, outlines

_LONGER_PX = 640
_LEVELS = np.linspace(0.08, 0.92, 18)
_AROUND = (0.25, 0.5, 0.12)
"""Of the picture's sides: what is brighter than so much around it."""
_LARGER = 0.3
"""How much more a larger outline counts than one that is seen better: power of its area."""
_EDGE_SHARE = 0.008
"""Of the longer side: this close to its edge a sheet curls and casts shadows."""
_COVERED_SIDE_PX = 320
_FINGER_SHARE, _FINGER_LEVEL = 0.035, 0.87
_AS_WHITE, _BLACK = 0.96, 0.35
_HUG_SHARE, _HUGS = 0.025, 0.7
_COVERED = 60


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A sheet in a photograph.

    Args:
        corners: (4, 2) float32 in pixels, clockwise from the top left one.
        readable: (H, W) uint8, 255 on the sheet but for its very edge and what covers it.
    """

    corners: Floats
    readable: Gray


def find_page(photograph: Photograph) -> Page:
    """Find the sheet.

    Raises:
        InputError: no sheet can be seen.
    """
    height, width = photograph.gray.shape
    shrink = max(1.0, max(height, width) / _LONGER_PX)
    size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    found = [
        outline
        for plane in (photograph.least, photograph.gray, _whiteness(photograph))
        for outline in _all_outlines(_in_light(plane, size))
    ]
    if not found:
        raise InputError(
            "no sheet found: expected paper with four straight edges on something darker"
        )
    best = max(found, key=_worth)
    corners = np.asarray((best.corners + 0.5) * shrink - 0.5, np.float32)
    on_sheet = inside(corners, (height, width), _EDGE_SHARE * max(height, width))
    return Page(corners, _without_fingers(photograph, on_sheet))


def _whiteness(photograph: Photograph) -> Gray:
    """Return how little colour each pixel has, (H, W) uint8: a shadow across paper is white too."""
    bright = np.maximum(photograph.gray, np.uint8(1)).astype(np.float32)
    return as_gray(np.minimum(255 * (photograph.least / bright), 255))


def _in_light(plane: Gray, size: tuple[int, int]) -> Gray:
    """Return a plane of the photograph at a smaller size, its steps as large as those of light.

    A camera's levels are compressed; white paper stands out from light wood twice as far in light.
    """
    small = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    return as_gray(np.rint(small * small / np.float32(255.0)))


def _all_outlines(pixels: Gray) -> Iterator[Outline]:
    """Yield certain outlines at every level of brightness, and of what is brighter than around."""
    level = field.paper_level(field.shrink(pixels)[1])
    low, high = np.percentile(level, (2.0, 99.0))
    for share in _LEVELS:
        yield from outlines(pixels, as_gray(level > low + share * (high - low)))
    for share in _AROUND:
        window = max(1, round(share * level.shape[1])), max(1, round(share * level.shape[0]))
        yield from outlines(pixels, as_gray(level > cv2.blur(level, window)))


def _worth(outline: Outline) -> float:
    """Return how good an outline is: seen all along, and the larger of one in another."""
    diagonals = outline.corners[2:] - outline.corners[:2]
    area = 0.5 * abs(float(np.linalg.det(diagonals.astype(np.float64))))
    return float((outline.support.sum() + outline.support.min()) * area**_LARGER)


def _without_fingers(photograph: Photograph, on_sheet: Gray) -> Gray:
    """Leave out what is dark, broader than any stroke and comes in from the sheet's edge."""
    height, width = on_sheet.shape
    _, _, box_width, box_height = cv2.boundingRect(on_sheet)
    shrink = max(1.0, max(box_width, box_height) / _COVERED_SIDE_PX)
    size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    sheet = as_gray(cv2.resize(on_sheet, size, interpolation=cv2.INTER_AREA) > 127)
    # Skin takes blue light; the smallest channel shows it on any paper.
    level = cv2.resize(photograph.least, size, interpolation=cv2.INTER_AREA)
    reach = max(2, round(_FINGER_SHARE * min(box_width, box_height) / shrink))
    light = as_gray(cv2.morphologyEx(level, cv2.MORPH_CLOSE, ellipse(reach)))
    paper = float(np.percentile(light[sheet > 0], 80)) if sheet.any() else 255.0
    dark = as_gray(light < _FINGER_LEVEL * _paper_nearby(light, sheet, paper)) & sheet
    broad = cv2.morphologyEx(dark, cv2.MORPH_OPEN, ellipse(max(1, reach // 2)))
    within = cv2.erode(sheet, ellipse(2), borderType=cv2.BORDER_CONSTANT, borderValue=(0.0,))
    count, labels = cv2.connectedComponents(broad, connectivity=8)
    comes_in = np.zeros(count, bool)
    comes_in[labels[(sheet > 0) & (within == 0)]] = True
    comes_in[0] = False
    comes_in &= ~_shadows(photograph, sheet, light, np.asarray(labels, np.int32), count)
    if not comes_in.any():
        return on_sheet
    covered = cv2.dilate(as_gray(comes_in[labels]), ellipse(reach // 2 + 1)) * np.uint8(255)
    wide = cv2.resize(covered, (width, height), interpolation=cv2.INTER_LINEAR)
    return as_gray(np.where(wide > 127, 0, on_sheet))


def _shadows(
    photograph: Photograph, sheet: Gray, light: Gray, labels: NDArray[np.int32], count: int
) -> NDArray[np.bool_]:
    """Tell which dark pieces are shadows, (count,) bool: of the paper's colour, and not black.

    Where nothing has a colour none can be told from a finger, and none is.
    """
    size = (sheet.shape[1], sheet.shape[0])
    white = cv2.resize(_whiteness(photograph), size, interpolation=cv2.INTER_AREA)
    least_white = _AS_WHITE * float(np.median(white[sheet > 0]))
    shadows = np.zeros(count, bool)
    if float(np.percentile(white, 1)) < least_white:
        black = _BLACK * float(np.percentile(light[sheet > 0], 80))
        for piece in range(1, count):
            here = labels == piece
            shadows[piece] = np.median(white[here]) > least_white and np.median(light[here]) > black
    return shadows


def _paper_nearby(light: Gray, sheet: Gray, paper: float) -> Floats:
    """Return the brightness of the sheet's paper (h, w) float32, however the light falls on it."""
    bright = as_gray((light > 0.6 * paper) & (sheet > 0)).astype(np.float32)
    reach = max(light.shape) / 6.0
    share = cv2.GaussianBlur(bright, (0, 0), reach)
    mean = cv2.GaussianBlur(bright * light, (0, 0), reach)
    return np.asarray(mean / np.maximum(share, 1e-3), np.float32)


def page_alone(gray: Gray, page: Page) -> tuple[Gray, tuple[slice, slice]]:
    """Cut a page out, and paint paper over what is not readable of it.

    Args:
        gray: (H, W) uint8.
        page: where the sheet is.

    Returns:
        (h, w) uint8, and the rows and columns it was cut from.
    """
    x, y, width, height = cv2.boundingRect(page.readable)
    box = np.s_[y : y + height, x : x + width]
    inner, seen = gray[box], page.readable[box] > 0
    reach = max(3, round(0.01 * max(height, width)))
    light = cv2.morphologyEx(inner, cv2.MORPH_CLOSE, ellipse(reach))
    filled = np.where(seen, light, 0).astype(np.float32)
    share = seen.astype(np.float32)
    # Coarser and coarser: near the sheet its own paper goes on, far from it what is typical.
    paper = np.full(inner.shape, float(np.median(light[seen])), np.float32)
    for sigma in (16.0 * reach, 4.0 * reach, float(reach)):
        near = _smooth(share, sigma)
        goes_on = _smooth(filled, sigma) / np.maximum(near, 1e-3)
        paper += np.minimum(1.0, 4.0 * near) * (goes_on - paper)
    return as_gray(np.where(seen, inner, np.rint(paper))), box


def _smooth(plane: Floats, sigma: float) -> Floats:
    """Blur at a size where the blur costs little."""
    shrink = max(1, int(sigma / 4))
    size = (max(1, plane.shape[1] // shrink), max(1, plane.shape[0] // shrink))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
    return np.asarray(
        cv2.resize(small, plane.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32
    )


def only_on(page: Page, ink: Gray) -> Gray:
    """Keep ink that lies on the page and is not its edge.

    Args:
        page: where the sheet is.
        ink: (H, W) uint8, 0 ink and 255 paper.
    """
    mask = as_gray((ink < 128) & (page.readable > 0))
    rim = inside(page.corners, ink.shape, _HUG_SHARE * max(ink.shape)) == 0
    count, labels = cv2.connectedComponents(mask, connectivity=8)
    area = np.bincount(labels.ravel(), minlength=count)
    at_rim = np.bincount(labels[rim], minlength=count)
    keep = at_rim <= _HUGS * area
    keep[0] = False
    return as_gray(np.where(keep[labels], 0, 255))


def straighten(page: Page, ink: Gray, side: int) -> Gray:
    """Return the page's ink upright in a square, (side, side) uint8, 0 ink and 255 paper."""
    unit = square_from_outline(page.corners, False)
    to_pixels = translation(-0.5, -0.5) @ scaling(side, side) @ unit
    reach = max(1, int(max(ink.shape) / side))
    wide = cv2.blur(255 - ink, (reach, reach))
    return as_gray(np.where(cv2.warpPerspective(wide, to_pixels, (side, side)) > _COVERED, 0, 255))
