"""Pairs made of people's sketches: what the table's memory answers to them, finished by rule.

The memory's answer is a drawing of the collection bent to the ink. Ink that it does not explain is
drawn into it as a line, so that the network learns both: to draw what was recalled, and to follow
the pen where nothing was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from exhibit.contract.arrays import open_arrays
from exhibit.contract.errors import InputError
from exhibit.contract.files import replacing
from exhibit.contract.values import Gray
from exhibit.recall.at_once import recall_at_once
from exhibit.recall.memory import Memory
from models.sketches.framing import frame_strokes, random_placement
from models.sketches.quickdraw import TimedSketch, drawn_up_to
from models.sketches.raster import table_ink
from models.training.encoder.drawn_pairs import Pair, PairShape

Recall = Callable[[Gray], Gray | None]
"""Ink (S, S) uint8 to the drawing recalled and bent (R, R) uint8, or None where nothing fits."""
_PAPER = 255
_DARK = 128
_EXPLAINED_AT_128 = 1.25
"""Ink this near to a recalled line, in pixels, is drawn by it."""
_FILLED_SHARE = 0.25
_FILLABLE = (0.001, 0.04)
"""Smallest and largest share of the sheet that a visitor blackens."""


@dataclass(frozen=True, slots=True, eq=False)
class RecalledPairs:
    """Many pairs; each field (n, side, side) uint8, see `Pair`."""

    ink: Gray
    mass: Gray
    recalled: Gray
    target: Gray

    def __len__(self) -> int:
        return len(self.ink)

    def pair(self, index: int) -> Pair:
        """One of them."""
        return Pair(self.ink[index], self.mass[index], self.recalled[index], self.target[index])


def recalled_pairs(
    recall: Recall, sketches: Sequence[TimedSketch], shape: PairShape, count: int, seed: int
) -> RecalledPairs:
    """Ask the memory about many beginnings of sketches.

    Args:
        recall: the memory.
        sketches: those trained on.
        shape: sizes.
        count: pairs asked for; beginnings to which nothing is recalled are left out.
        seed: of beginnings and placements.

    Raises:
        InputError: nothing was recalled to any of them.
    """
    rng = np.random.default_rng(seed)
    found = []
    for _ in tqdm(range(count), desc="recalling", unit="sketch", mininterval=5):
        pair = _pair(recall, sketches[int(rng.integers(len(sketches)))], shape, rng)
        if pair is not None:
            found.append(pair)
    if not found:
        raise InputError(
            f"the memory recalled nothing to {count} sketches: expected drawings in it"
        )
    return RecalledPairs(*(np.stack(planes) for planes in zip(*found, strict=True)))


def remembering(drawings: Sequence[Gray], side_px: int) -> Recall:
    """Make a memory that answers as the table's does, with the best drawing, bent to the ink.

    Args:
        drawings: (D, D) uint8, twice the side or more.
        side_px: side of what it answers.
    """
    memory = Memory.of(drawings)

    def recall(ink: Gray) -> Gray | None:
        found = recall_at_once(memory, ink, side_px)
        return None if found is None else found.picture

    return recall


def keep_pairs(path: Path, make: Callable[[], RecalledPairs]) -> None:
    """Make pairs and keep them, where no earlier call has; they take minutes."""
    if path.is_file():
        return
    pairs = make()
    names = RecalledPairs.__dataclass_fields__
    with replacing(path) as file:
        np.savez_compressed(file, **{name: getattr(pairs, name) for name in names})


def read_pairs(path: Path, rank: int = 0, world_size: int = 1) -> RecalledPairs:
    """Read the share of one of several processes of the pairs that are kept."""
    with open_arrays(path) as saved:
        names = RecalledPairs.__dataclass_fields__
        return RecalledPairs(**{name: saved[name][rank::world_size].copy() for name in names})


def finished(recalled: Gray, ink: Gray, mass: Gray) -> Gray:
    """Draw what the recalled drawing does not explain of ink and mass into it; all (S, S) uint8."""
    lines = (recalled < _DARK).astype(np.uint8)
    away = cv2.distanceTransform(1 - lines, cv2.DIST_L2, cv2.DIST_MASK_5)
    explained = away <= _EXPLAINED_AT_128 * len(ink) / 128
    alone = np.where(explained, _PAPER, ink).astype(np.uint8)
    return np.minimum(np.minimum(recalled, alone), mass)


def _pair(
    recall: Recall, sketch: TimedSketch, shape: PairShape, rng: np.random.Generator
) -> Pair | None:
    share = float(rng.uniform(0.15, 1.0)) if rng.uniform() < 0.7 else 1.0
    strokes = frame_strokes(drawn_up_to(sketch, share), sketch.strokes, random_placement(rng))
    pen = shape.stroke_width_px * float(rng.uniform(0.7, 2.2))
    ink = table_ink(strokes, shape.ink_size, shape.stroke_width_px, pen)
    recalled = recall(ink)
    if recalled is None:
        return None
    mass = _filled(ink, rng)
    side = shape.resolution
    target = finished(recalled, _at(ink, side), _at(mass, side))
    return Pair(ink, mass, _at(recalled, shape.ink_size), target)


def _filled(ink: Gray, rng: np.random.Generator) -> Gray:
    """Blacken one small thing that lines enclose, in some of the sketches."""
    mass = np.full_like(ink, _PAPER)
    if rng.uniform() >= _FILLED_SHARE:
        return mass
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > _DARK).astype(np.uint8))
    share = stats[:, cv2.CC_STAT_AREA] / ink.size
    small = [n for n in range(1, count) if _FILLABLE[0] <= share[n] <= _FILLABLE[1]]
    if small:
        mass[labels == rng.choice(small)] = 0
    return mass


def _at(plane: Gray, side: int) -> Gray:
    if len(plane) == side:
        return plane
    return cv2.resize(plane, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)
