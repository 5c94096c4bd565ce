"""Pairs made of the collection's own drawings: what a visitor draws of one, and the drawing.

Drawing and strokes are deformed together, parts of the strokes are left out and asked for whole.
The third plane is the drawing as the table's memory might have bent it: nearly, never exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray
from models.sketches.deform import Deformation, random_deformation, smooth_field
from models.sketches.perturb import Perturbation, Strokes, perturb
from models.sketches.raster import table_ink
from models.sketches.visitor_lines import VisitorLines, black_surfaces, visitor_lines

_PAPER = 255
_CHANGES = Perturbation(keep=(0.15, 1.0), wobble=0.004, shift=0.002, scale=0.005)
"""Small, because the target stays where it is: ink that moved away from it would teach blur."""
_IDENTITY = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_FEATURES = 8
"""Lines inside an outline that somebody draws who draws the main ones."""
_MASS_AT_128 = 4.0
_LEFT_OVER = 0.01
"""Most that the recalled plane lies beside the target, standard deviation in units of the square:
what lies farther off cannot be drawn but as grey."""


class Pair(NamedTuple):
    """What the encoder sees and the picture it is to give; each (side, side) uint8."""

    ink: Gray
    mass: Gray
    recalled: Gray
    target: Gray


@dataclass(frozen=True, slots=True)
class PairShape:
    """Sizes and shares of pairs.

    Args:
        ink_size: side of the planes that the encoder sees, px.
        resolution: side of the target, px.
        stroke_width_px: of the ink, at `ink_size`.
        blank_share: of the pairs, how many recall nothing.
    """

    ink_size: int
    resolution: int
    stroke_width_px: float
    blank_share: float = 1 / 3


class DrawnPairs:
    """An endless source of pairs; the caller keeps the generator of random numbers."""

    def __init__(self, pictures: Gray, shape: PairShape, seed: int) -> None:
        """Find the lines of every picture once.

        Args:
            pictures: (n, H, H) uint8, the collection; twice the resolution keeps what is fine.
            shape: sizes and shares.
            seed: of the lines' detail.

        Raises:
            InputError: no picture has a line in it.
        """
        rng = np.random.default_rng(seed)
        lines = [visitor_lines(picture, rng) for picture in pictures]
        self._sources = [index for index, found in enumerate(lines) if found.detailed]
        if not self._sources:
            raise InputError("no picture has a line in it: expected drawings")
        self._pictures, self._lines, self._shape = pictures, lines, shape

    def choose(self, rng: np.random.Generator) -> int:
        """Row of a drawing that has lines."""
        return int(rng.choice(self._sources))

    def pair(self, drawing: int, rng: np.random.Generator) -> tuple[Pair, bool]:
        """Make a pair of one drawing; also says whether it came out mirrored."""
        shape = self._shape
        how = random_deformation(rng)
        target = how.warp(self._pictures[drawing], shape.resolution)
        strokes = perturb(how.moved(self._chosen_lines(self._lines[drawing], rng)), _CHANGES, rng)
        pen = shape.stroke_width_px * float(rng.uniform(0.7, 2.2))
        ink = table_ink(strokes, shape.ink_size, shape.stroke_width_px, pen)
        seen = target if shape.ink_size == shape.resolution else _resized(target, shape.ink_size)
        recalled = np.full_like(seen, _PAPER)
        if rng.uniform() >= shape.blank_share:
            recalled = self._as_recalled(seen, ink, rng)
        mirrored = bool(np.linalg.det(how.matrix[:, :2]) < 0)
        return Pair(ink, self._mass(seen, ink, rng), recalled, target), mirrored

    def drawing(self, rng: np.random.Generator) -> Gray:
        """A drawing (resolution, resolution) placed as those of the pairs are, not bent."""
        how = random_deformation(rng)
        straight = Deformation(how.matrix, np.zeros_like(how.field))
        return straight.warp(self._pictures[self.choose(rng)], self._shape.resolution)

    def _chosen_lines(self, lines: VisitorLines, rng: np.random.Generator) -> Strokes:
        """All that a visitor may have drawn by now: outline only, main lines, or nearly all."""
        kind = rng.uniform()
        if not lines.outline or kind < 0.3:
            return lines.detailed
        if kind < 0.55:
            return lines.outline
        some = lines.inside[: int(rng.integers(1, _FEATURES + 1))]
        return lines.outline + some

    def _mass(self, seen: Gray, ink: Gray, rng: np.random.Generator) -> Gray:
        """Black surfaces that the visitor has filled: those near ink, in half of the pairs."""
        side = self._shape.ink_size
        blank = np.full((side, side), _PAPER, np.uint8)
        if rng.uniform() < 0.5:
            return blank
        black = (black_surfaces(seen, _MASS_AT_128 * side / 128) == 0).astype(np.uint8)
        count, labels = cv2.connectedComponents(black)
        near = cv2.dilate((ink < 128).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        touched = np.unique(labels[near & (black > 0)])
        kept = [label for label in range(1, count) if label in touched and rng.uniform() < 0.8]
        return np.where(np.isin(labels, kept) & (black > 0), 0, _PAPER).astype(np.uint8)

    def _as_recalled(self, seen: Gray, ink: Gray, rng: np.random.Generator) -> Gray:
        """The drawing as bending leaves it: displaced away from ink, thinner or thicker, cut."""
        side = seen.shape[0]
        field = smooth_field(rng, float(rng.uniform(0, _LEFT_OVER)), int(rng.integers(2, 9)))
        if rng.uniform() < 0.7:
            small = cv2.resize(ink, field.shape[1::-1], interpolation=cv2.INTER_AREA)
            away = cv2.distanceTransform((small > 200).astype(np.uint8), cv2.DIST_L2, 3)
            field = field * np.clip(away / 8, 0.15, 1)[..., None].astype(np.float32)
        bent = Deformation(_IDENTITY, field).warp(seen, side)
        if rng.uniform() < 0.3:
            bent = _other_width(bent, rng)
        if rng.uniform() < 0.2:
            bent = _without_a_part(bent, rng)
        return bent


def _other_width(picture: Gray, rng: np.random.Generator) -> Gray:
    """Lines up to a pixel wider or narrower, as where a field stretches or presses them."""
    kernel = np.ones((3, 3), np.uint8)
    other = cv2.erode(picture, kernel) if rng.uniform() < 0.5 else cv2.dilate(picture, kernel)
    share = float(rng.uniform(0, 0.5))
    return as_gray(cv2.addWeighted(other, share, picture, 1 - share, 0))


def _without_a_part(picture: Gray, rng: np.random.Generator) -> Gray:
    """Cut at a random line, as where a drawing lies partly outside the sheet."""
    side = picture.shape[0]
    turn = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:side, :side] / side - 0.5
    beyond = columns * np.cos(turn) + rows * np.sin(turn) > rng.uniform(0, 0.3)
    return np.where(beyond, _PAPER, picture).astype(np.uint8)


def _resized(picture: Gray, side: int) -> Gray:
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)
