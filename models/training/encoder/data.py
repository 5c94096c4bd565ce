"""What the encoder learns from: ink with the picture it stands for, and ink that people drew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from exhibit.contract.values import Gray
from models.sketches.framing import frame_strokes, random_placement
from models.sketches.perturb import Perturbation, Strokes, perturb
from models.sketches.quickdraw import TimedSketch, drawn_up_to
from models.sketches.raster import as_network_input, table_ink
from models.training.encoder.config import EncoderTraining
from models.training.encoder.drawn_pairs import DrawnPairs, Pair
from models.training.encoder.recalled_pairs import RecalledPairs

_PAPER = 255
_SKETCH_CHANGES = Perturbation(keep=(1.0, 1.0), wobble=0.008, shift=0.0, scale=0.0, specks=1)


class Batch(NamedTuple):
    """One step's planes, pairs first: drawings, sketches with their recalled drawing, sketches.

    `ink` (n, planes, S, S), ink first; `targets` (pairs, 1, R, R); `reals` (n, 1, R, R) drawings
    for the discriminator; all float32. `drawn` (drawings,) int64: places of the drawings, then of
    their reflections, in the collection.
    """

    ink: Tensor
    targets: Tensor
    reals: Tensor
    drawn: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Where batches come from.

    Args:
        drawings: pairs made of the collection's own drawings, those of this process.
        rows: (drawings,) their places in the collection.
        count: drawings in the collection.
        sketches: for ink without a picture.
        recalled: sketches with the memory's answers, or None where none are asked for.
    """

    drawings: DrawnPairs
    rows: NDArray[np.int64]
    count: int
    sketches: Sequence[TimedSketch]
    recalled: RecalledPairs | None = None


class InkSource:
    """Endless batches; its state is one random generator, so that a run can go on exactly."""

    def __init__(
        self,
        material: Material,
        training: EncoderTraining,
        ink_size: int,
        planes: int,
        rank: int = 0,
    ) -> None:
        """`rank` is that of the process; each draws batches of its own."""
        self._material, self._training = material, training
        self._ink_size, self._planes = ink_size, planes
        self._rng = np.random.default_rng([training.seed, rank])

    def next(self) -> Batch:
        """Draw the next batch."""
        pairs, drawn = [], []
        for _ in range(self._training.drawings):
            drawing = self._material.drawings.choose(self._rng)
            pair, mirrored = self._material.drawings.pair(drawing, self._rng)
            pairs.append(pair)
            drawn.append(int(self._material.rows[drawing]) + mirrored * self._material.count)
        pairs += [self._recalled() for _ in range(self._training.recalled)]
        planes = [np.stack([pair.ink, pair.mass, pair.recalled]) for pair in pairs]
        planes += [self._sketch_planes() for _ in range(self._training.sketches)]
        reals = [self._material.drawings.drawing(self._rng) for _ in planes]
        return Batch(
            _pictures([layers[: self._planes] for layers in planes]),
            _pictures([pair.target[None] for pair in pairs]),
            _pictures([real[None] for real in reals]),
            torch.tensor(drawn, dtype=torch.long),
        )

    def state(self) -> str:
        """Where the random sequence stands, as JSON."""
        return json.dumps(self._rng.bit_generator.state)

    def restore(self, state: str) -> None:
        """Continue from a saved state."""
        self._rng.bit_generator.state = json.loads(state)

    def _recalled(self) -> Pair:
        """A sketch with the memory's answer, mirrored half of the time, in a third without it."""
        known = self._material.recalled
        if known is None:
            raise ValueError("a batch of recalled sketches was asked for and none are known")
        pair = known.pair(int(self._rng.integers(len(known))))
        if self._rng.uniform() < 0.5:
            pair = Pair(*(np.ascontiguousarray(plane[:, ::-1]) for plane in pair))
        if self._rng.uniform() < self._training.blank_share:
            pair = pair._replace(recalled=np.full_like(pair.recalled, _PAPER))
        return pair

    def _sketch_planes(self) -> Gray:
        ink = self._ink(self._sketch())
        blank = np.full_like(ink, _PAPER)
        return np.stack([ink, blank, blank])

    def _sketch(self) -> Strokes:
        """A sketch up to a random moment, sometimes mirrored, or two small ones side by side."""
        sketches = self._material.sketches
        first = self._placed(sketches[int(self._rng.integers(len(sketches)))])
        if self._rng.uniform() < 0.1:
            first += self._placed(sketches[int(self._rng.integers(len(sketches)))])
        return perturb(first, _SKETCH_CHANGES, self._rng)

    def _placed(self, sketch: TimedSketch) -> Strokes:
        fraction = float(self._rng.uniform(0.1, 1.0)) if self._rng.uniform() < 0.7 else 1.0
        placed = frame_strokes(
            drawn_up_to(sketch, fraction), sketch.strokes, random_placement(self._rng)
        )
        if self._rng.uniform() < 0.5:
            placed = tuple(stroke * (-1, 1) + (1, 0) for stroke in placed)
        return placed

    def _ink(self, strokes: Strokes) -> Gray:
        width = self._training.stroke_width_px
        pen = width * float(self._rng.uniform(0.7, 2.2))
        return table_ink(strokes, self._ink_size, width, pen)


def _pictures(grey: Sequence[Gray]) -> Tensor:
    """Pictures of one shape (c, H, W) uint8 to (n, c, H, W) float32, -1 ink .. 1 paper."""
    return torch.from_numpy(as_network_input(np.stack(grey))) if grey else torch.empty(0)
