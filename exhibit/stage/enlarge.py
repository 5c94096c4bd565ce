"""Scaling small line drawings up to the window with the edges of a pen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.stage.box import Box, box_of

_NEIGHBOURS = np.ones((3, 3), np.uint8)
_SMOOTHING_PX = 1.0
_STEEPNESS = 5.0
"""Of the edges; near 0 leaves them as soft as the interpolation."""
_DARKENING = 1.6
"""Of half-tone lines; 0 leaves a thin line the grey it has in the small picture."""
_UNCHANGED_TO, _PAPER_FROM = 220, 244
"""Greys: up to the first nothing changes, from the second on it is paper."""
REACH_PX = 5
"""No pixel of the result depends on a pixel of the picture farther away than this: 1 to the darkest
neighbour, 3 for its smoothing, 1 between two of them."""
_MARGIN = 0.05
"""Of every edge, in shares of the local range: the local range is smoothed and therefore a little
wider than the line. With it a pen line keeps its ink."""


@dataclass(frozen=True, slots=True, eq=False)
class PenCurves:
    """Look-up tables (256,) uint8 of `Enlarger`.

    Args:
        paper: lifts what is almost paper to paper, so that nobody sees where a picture ends.
        edge: S-curve that narrows an edge.
        depth: from the depth of a line in the small picture to the depth it is drawn with.
        margin: how far the edge moves into the line, so that a darker line becomes a thinner one.
    """

    paper: Gray
    edge: Gray
    depth: Gray
    margin: Gray


def pen_curves() -> PenCurves:
    """Return the tables.

    A pen line of half a pixel is a grey line of one pixel in a small picture. Drawn twice as dark
    and half as wide it holds the same ink and looks like a pen line again. Faint greys (the tones
    of a wash) stay as they are.
    """
    share = np.linspace(0, 1, 256)
    edge = np.tanh(_STEEPNESS * (share - 0.5)) / np.tanh(_STEEPNESS / 2) / 2 + 0.5
    depth = np.minimum(share + _DARKENING * share**2 * (1 - share), 1)
    kept = np.divide(share, depth, out=np.ones(256), where=depth > 0)
    grey = np.arange(256.0)
    paper = np.interp(grey, (0, _UNCHANGED_TO, _PAPER_FROM, 255), (0, _UNCHANGED_TO, 255, 255))
    return PenCurves(
        _as_table(paper / 255),
        _as_table(edge),
        _as_table(depth),
        _as_table(_MARGIN + (1 - kept) / 2),
    )


class Enlarger:
    """Scales line drawings up with crisp edges.

    Cubic interpolation leaves an edge as wide as a pixel of the original. Between the lightest and
    the darkest neighbour of every pixel a steep curve draws it narrow again. The curve works on
    that local range, not on grey itself, so faint lines do not vanish.

    Args:
        side_px: side of the results; a larger picture keeps its own.
    """

    def __init__(self, side_px: int) -> None:
        self._side_px = side_px
        self._curves = pen_curves()
        # Fresh memory costs more than the arithmetic: the large arrays are used again.
        self._large: tuple[Gray, ...] = ()

    def side_of(self, pixels: Gray) -> int:
        """Return the side of a picture (R, R) or (R, R, 3) at its full size."""
        return max(self._side_px, int(pixels.shape[0]))

    def step_of(self, pixels: Gray) -> int:
        """Return the pixels of a picture after which its pixels and those of its full size meet."""
        side = int(pixels.shape[0])
        return side // math.gcd(side, self.side_of(pixels))

    def __call__(self, pixels: Gray, part: Box | None = None) -> Gray:
        """Return a picture at its full size, or a part of it.

        Args:
            pixels: (R, R) or (R, R, 3) uint8, dark on light.
            part: pixels of the picture, edges on multiples of `step_of` it; along an edge that is
                none of the picture's, `REACH_PX` pixels of it are not right.

        Returns:
            (S, S) or (S, S, 3) uint8, S = `side_of` the picture, of which the part is written;
            overwritten by later calls.
        """
        whole = box_of(pixels)
        part = whole if part is None else part
        side = self.side_of(pixels)
        self._allocate((side, side, *pixels.shape[2:]))
        place = Box(*(edge * side // whole.width for edge in part.edges))
        width, height = place.width, place.height
        light = place.of(self._large[0])
        depth, drawn, margin, ink = (a[:height, :width] for a in self._large[1:])
        pixels = np.asarray(cv2.LUT(part.of(pixels), self._curves.paper), np.uint8)
        lightest, darkest = _local_range(pixels)
        range_ = cv2.subtract(lightest, darkest)
        for small, large in (
            (lightest, light),
            (range_, depth),
            (cv2.LUT(range_, self._curves.depth), drawn),
            (cv2.LUT(range_, self._curves.margin), margin),
        ):
            cv2.resize(small, (width, height), dst=large, interpolation=cv2.INTER_LINEAR)
        cv2.resize(pixels, (width, height), dst=ink, interpolation=cv2.INTER_CUBIC)
        cv2.subtract(light, ink, dst=ink)
        cv2.divide(ink, depth, dst=ink, scale=255)
        cv2.subtract(ink, margin, dst=ink)
        cv2.LUT(ink, self._curves.edge, dst=depth)
        cv2.multiply(depth, drawn, dst=drawn, scale=1 / 255)
        cv2.subtract(light, drawn, dst=light)
        return self._large[0]

    def _allocate(self, shape: tuple[int, ...]) -> None:
        if not self._large or self._large[0].shape != shape:
            self._large = tuple(np.empty(shape, np.uint8) for _ in range(5))


def _local_range(pixels: Gray) -> tuple[Gray, Gray]:
    # Smoothed, so that lines do not look like beads; never inside of the pixel itself, so that
    # paper beside a dark shape stays paper.
    lightest = cv2.GaussianBlur(cv2.dilate(pixels, _NEIGHBOURS), (0, 0), _SMOOTHING_PX)
    darkest = cv2.GaussianBlur(cv2.erode(pixels, _NEIGHBOURS), (0, 0), _SMOOTHING_PX)
    lightest, darkest = cv2.max(lightest, pixels), cv2.min(darkest, pixels)
    return np.asarray(lightest, np.uint8), np.asarray(darkest, np.uint8)


def _as_table(share: NDArray[np.float64]) -> Gray:
    return np.asarray(np.rint(share * 255), np.uint8)
