"""Run a bundle as the table does: by the table's own code, on the processor, one ink at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exhibit.contract.arrays import open_arrays
from exhibit.contract.bundle import LATENTS, Bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.settings.schema import ModelConfig
from exhibit.contract.values import Floats, Gray
from exhibit.inference import open_models
from exhibit.recall.at_once import Found, recall_at_once
from exhibit.recall.memory import Memory, open_memory
from models.evaluation.sitting import sit
from models.sketches.raster import Pictures


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A picture (R, R) or (R, R, 3) uint8, and rows of the drawings that are recalled in it."""

    picture: Gray
    drawings: tuple[int, ...]


class TableModel:
    """The two graphs of a bundle on the CPU, and its memory where it has one."""

    def __init__(self, bundle: Bundle) -> None:
        self.card = bundle.card
        self._memory = open_memory(bundle)
        models = open_models(bundle, ModelConfig(providers=("cpu",)))
        self._encoder, self._generator = models.encoder, models.generator
        with open_arrays(bundle.file(LATENTS)) as arrays:
            if "samples" not in arrays:
                raise BundleError(f"{bundle.file(LATENTS)}: keeps no samples; expected some")
            self.w_avg: Floats = arrays["w_avg"]
            self.samples: Floats = arrays["samples"]

    @property
    def remembers(self) -> bool:
        """Whether the bundle has a memory."""
        return self._memory is not None

    @property
    def memory(self) -> Memory | None:
        """What is recalled from, where the encoder sees it."""
        return self._memory if self._encoder.sees_recalled else None

    def recall(self, ink: Gray, memory: Memory | None = None) -> Found | None:
        """What the memory recalls to ink (S, S), its picture (S, S) bent to it; None for none."""
        memory = memory or self.memory
        return None if memory is None else recall_at_once(memory, ink, len(ink))

    def answer(self, ink: Gray, memory: Memory | None = None) -> Gray:
        """Ink (S, S) to the picture (R, R) or (R, R, 3) uint8 that answers it.

        Args:
            ink: as the table gives it.
            memory: recall from this one instead of the bundle's.
        """
        return self._draw_found(ink, self.recall(ink, memory))

    def follow(self, inks: Sequence[Gray]) -> list[Answer]:
        """Answer inks (S, S) that follow each other on one sheet, as calmly as the table does."""
        if self.memory is None:
            return [Answer(self.answer(ink), ()) for ink in inks]
        shown = sit(self.memory, inks)
        return [Answer(self._draw(one.ink, one.recalled), one.drawings) for one in shown]

    def answers(self, inks: Pictures) -> Gray:
        """Answer each ink; returns (n, R, R[, 3]) uint8."""
        return np.stack([self.answer(ink) for ink in inks])

    def sample(self, w: Floats) -> Gray:
        """Draw an unconditional picture of one w (w_dim,), without a map."""
        return self._generator.pixels_of(self._without_map(w), None)

    def sample_levels(self, w: Floats) -> Floats:
        """The same before it is rounded: (R, R) float32, -1 ink .. 1 paper, clipped."""
        levels = self._generator.levels_of(self._without_map(w), None)
        return np.clip(levels, -1, 1).mean(axis=0)

    def unconditional(self, count: int) -> Gray:
        """Draw the first `count` samples that the bundle keeps."""
        return np.stack([self.sample(w) for w in self.samples[:count]])

    def ms_per_frame(self, ink: Gray, repeats: int = 30) -> float:
        """Median milliseconds from ink to picture, encoder and generator together."""
        recalled, times = self.recall(ink), []
        for _ in range(repeats):
            start = time.monotonic()
            self._draw_found(ink, recalled)
            times.append(1000 * (time.monotonic() - start))
        return float(np.median(times))

    def _draw_found(self, ink: Gray, found: Found | None) -> Gray:
        if found is None:
            return self._draw(ink, None)
        return self._draw(ink if found.ink is None else found.ink, found.picture)

    def _draw(self, ink: Gray, recalled: Gray | None) -> Gray:
        return self._generator.pixels_of(*self._encoder.encode_pixels(ink, None, recalled))

    def _without_map(self, w: Floats) -> Floats:
        return np.broadcast_to(w, (self.card.num_ws, self.card.w_dim))
