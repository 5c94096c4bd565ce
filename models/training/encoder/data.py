"""What the encoder learns from: ink with the picture it stands for, and ink that people drew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from exhibit.contract.errors import InputError
from models.networks.stylegan2.generator import Generator
from models.sketches.framing import frame_strokes, random_placement
from models.sketches.perturb import Perturbation, Strokes, perturb
from models.sketches.quickdraw import TimedSketch, drawn_up_to
from models.sketches.raster import Gray, as_gray, as_network_input, table_ink
from models.sketches.simplify import random_detail, simplify
from models.training.encoder.config import EncoderTraining

DRAWING_VARIANTS = 3
_CHUNK = 16
_PAIR_CHANGES = Perturbation(wobble=0.004, shift=0.003, scale=0.01)
"""Small, because the target stays where it is: ink that moved away from it would teach blur."""
_SKETCH_CHANGES = Perturbation(keep=(1.0, 1.0), wobble=0.008, shift=0.0, scale=0.0, specks=1)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pictures with the strokes a visitor might have drawn for them.

    Args:
        pictures: (n, c, R, R) uint8.
        strokes: for each picture one or more simplifications.
        sources: (n,) int64, which of the pictures asked for each is: some have no line.
        codes: (n, w_dim) where the pictures are samples, else None.
    """

    pictures: Tensor
    strokes: tuple[tuple[Strokes, ...], ...]
    sources: Tensor
    codes: Tensor | None = None


class Batch(NamedTuple):
    """One step's ink, pairs first: samples, drawings, then sketches.

    `ink` (n, 1, S, S); `targets` (pairs, c, R, R); `codes` (samples, w_dim); all float32.
    `drawn` (drawings,) int64: places of the drawings, then of their reflections, in the collection.
    """

    ink: Tensor
    targets: Tensor
    codes: Tensor
    drawn: Tensor


def sample_pairs(generator: Generator, count: int, seed: int) -> Pairs:
    """Draw samples of the generator and simplify each.

    Args:
        generator: frozen.
        count: number of pairs.
        seed: of samples and simplification.
    """
    rng = np.random.default_rng(seed)
    z = torch.randn(count, generator.mapping.z_dim, generator=torch.manual_seed(seed))
    device = generator.mapping.w_avg.device
    pictures, codes = [], []
    for part in z.split(_CHUNK):
        with torch.no_grad():
            ws = generator.mapping(part.to(device))
            pictures.append(as_gray(generator.synthesis(ws).float().cpu().numpy()))
        codes.append(ws[:, 0].float().cpu())
    stacked = np.concatenate(pictures)
    strokes = tuple(_simplified(picture, 1, rng) for picture in stacked)
    return _nonempty(torch.from_numpy(stacked), strokes, torch.cat(codes))


def drawing_pairs(pictures: Tensor, seed: int) -> Pairs:
    """Simplify the collection's own drawings, each in several degrees of detail, and mirrored.

    Args:
        pictures: (n, c, R, R) uint8.
        seed: of the simplification.
    """
    rng = np.random.default_rng(seed)
    both = torch.cat([pictures, pictures.flip(3)])
    strokes = tuple(_simplified(p, DRAWING_VARIANTS, rng) for p in both.numpy())
    return _nonempty(both, strokes)


def _simplified(picture: Gray, variants: int, rng: np.random.Generator) -> tuple[Strokes, ...]:
    grey = np.ascontiguousarray(picture.mean(axis=0)).astype(np.uint8)
    found = (simplify(grey, random_detail(rng), rng) for _ in range(variants))
    return tuple(strokes for strokes in found if strokes)


def _nonempty(
    pictures: Tensor, strokes: tuple[tuple[Strokes, ...], ...], codes: Tensor | None = None
) -> Pairs:
    kept = [index for index, found in enumerate(strokes) if found]
    if not kept:
        raise InputError("no picture has a line in it: expected a trained generator and drawings")
    return Pairs(
        pictures[kept],
        tuple(strokes[index] for index in kept),
        torch.tensor(kept),
        None if codes is None else codes[kept],
    )


class InkSource:
    """Endless batches; its state is one random generator, so that a run can go on exactly."""

    def __init__(
        self,
        samples: Pairs | None,
        drawings: Pairs,
        sketches: Sequence[TimedSketch],
        training: EncoderTraining,
        ink_size: int,
        rank: int = 0,
    ) -> None:
        """`rank` is that of the process; each draws batches of its own."""
        self._samples, self._drawings, self._sketches = samples, drawings, tuple(sketches)
        self._training, self._ink_size = training, ink_size
        self._rng = np.random.default_rng([training.seed, rank])

    def next(self) -> Batch:
        """Draw the next batch."""
        strokes: list[Strokes] = []
        targets, codes, drawn = [], torch.empty(0), torch.empty(0, dtype=torch.long)
        for pairs, count in (
            (self._samples, self._training.samples),
            (self._drawings, self._training.drawings),
        ):
            if pairs is None or count == 0:
                continue
            chosen = self._rng.integers(len(pairs.strokes), size=count)
            strokes += [self._beginning(pairs, index) for index in chosen]
            targets.append(pairs.pictures[chosen].float() / 127.5 - 1)
            if pairs.codes is None:
                drawn = pairs.sources[chosen]
            else:
                codes = pairs.codes[chosen]
        strokes += [self._sketch() for _ in range(self._training.sketches)]
        inks = as_network_input(np.stack([self._ink(s) for s in strokes]))
        return Batch(
            torch.from_numpy(inks)[:, None],
            torch.cat(targets) if targets else torch.empty(0),
            codes,
            drawn,
        )

    def state(self) -> str:
        """Where the random sequence stands, as JSON."""
        return json.dumps(self._rng.bit_generator.state)

    def restore(self, state: str) -> None:
        """Continue from a saved state."""
        self._rng.bit_generator.state = json.loads(state)

    def _beginning(self, pairs: Pairs, index: int) -> Strokes:
        variants = pairs.strokes[index]
        return perturb(variants[self._rng.integers(len(variants))], _PAIR_CHANGES, self._rng)

    def _sketch(self) -> Strokes:
        """A sketch up to a random moment, sometimes mirrored, or two small ones side by side."""
        first = self._placed(self._sketches[self._rng.integers(len(self._sketches))])
        if self._rng.uniform() < 0.1:
            first += self._placed(self._sketches[self._rng.integers(len(self._sketches))])
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
