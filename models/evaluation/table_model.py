"""Run a bundle as the table does: through ONNX Runtime, one ink at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from exhibit.contract.arrays import open_arrays
from exhibit.contract.bundle import ENCODER, GENERATOR, LATENTS, Bundle
from exhibit.recall.at_once import recall_at_once
from exhibit.recall.memory import open_memory
from models.evaluation.sitting import sit
from models.sketches.raster import Floats, Gray, Pictures, as_gray, as_network_input

THREADS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A picture (R, R) or (R, R, 3) uint8, and rows of the drawings that are recalled in it."""

    picture: Gray
    drawings: tuple[int, ...]


class TableModel:
    """The two graphs of a bundle on the CPU, and its memory where it has one."""

    def __init__(self, bundle: Bundle, threads: int = THREADS) -> None:
        self.card = bundle.card
        self._memory = open_memory(bundle)
        self._encoder = _session(bundle.file(ENCODER), threads)
        self._generator = _session(bundle.file(GENERATOR), threads)
        self._outputs = ["w_plus", "feature"] if self.card.feature_shape else ["w_plus"]
        with open_arrays(bundle.file(LATENTS)) as arrays:
            self.w_avg: Floats = arrays["w_avg"]
            self.samples: Floats = arrays["samples"]

    @property
    def remembers(self) -> bool:
        """Whether the bundle has a memory."""
        return self._memory is not None

    def recall(self, ink: Gray) -> Gray | None:
        """The drawing that the memory recalls to ink (S, S), bent to it, (S, S); None for none."""
        if self._memory is None:
            return None
        found = recall_at_once(self._memory, ink, len(ink))
        return None if found is None else found.picture

    def encode(self, ink: Gray) -> dict[str, Floats]:
        """Ink (S, S) uint8, and what is recalled to it, to codes by name, each with a leading 1."""
        return self._encode(ink, self.recall(ink) if self.card.planes > 1 else None)

    def _encode(self, ink: Gray, recalled: Gray | None) -> dict[str, Floats]:
        seen = np.ones((1, self.card.planes, *ink.shape), np.float32)
        seen[0, 0] = as_network_input(ink)
        if recalled is not None:
            seen[0, 2] = as_network_input(recalled)
        found = self._encoder.run(self._outputs, {"ink": seen})
        return dict(zip(self._outputs, found, strict=True))

    def synthesise(self, codes: dict[str, Floats]) -> Gray:
        """Codes to a picture (R, R) or (R, R, 3) uint8."""
        gray = as_gray(self._levels(codes)).transpose(1, 2, 0)
        return gray[:, :, 0] if gray.shape[2] == 1 else gray

    def answer(self, ink: Gray) -> Gray:
        """Ink (S, S) to the picture that answers it."""
        return self.synthesise(self.encode(ink))

    def follow(self, inks: Sequence[Gray]) -> list[Answer]:
        """Answer inks (S, S) that follow each other on one sheet, as calmly as the table does."""
        if self._memory is None or self.card.planes == 1:
            return [Answer(self.answer(ink), ()) for ink in inks]
        shown = sit(self._memory, inks)
        return [
            Answer(self.synthesise(self._encode(ink, one.recalled)), one.drawings)
            for ink, one in zip(inks, shown, strict=True)
        ]

    def answers(self, inks: Pictures) -> Gray:
        """Answer each ink; returns (n, R, R[, 3]) uint8."""
        return np.stack([self.answer(ink) for ink in inks])

    def sample(self, w: Floats) -> Gray:
        """Draw an unconditional picture of one w (w_dim,), without a map."""
        return self.synthesise(self._without_map(w))

    def sample_levels(self, w: Floats) -> Floats:
        """The same before it is rounded: (R, R) float32, -1 ink .. 1 paper, clipped."""
        return np.clip(self._levels(self._without_map(w)), -1, 1).mean(axis=0)

    def _levels(self, codes: dict[str, Floats]) -> Floats:
        (picture,) = self._generator.run(["picture"], codes)
        return np.asarray(picture[0], np.float32)

    def _without_map(self, w: Floats) -> dict[str, Floats]:
        codes = {"w_plus": np.broadcast_to(w, (1, self.card.num_ws, self.card.w_dim))}
        if self.card.feature_shape:
            codes["feature"] = np.zeros((1, *self.card.feature_shape), np.float32)
        return {name: np.ascontiguousarray(code, np.float32) for name, code in codes.items()}

    def unconditional(self, count: int) -> Gray:
        """Draw the first `count` samples that the bundle keeps."""
        return np.stack([self.sample(w) for w in self.samples[:count]])

    def ms_per_frame(self, ink: Gray, repeats: int = 30) -> float:
        """Median milliseconds from ink to picture, encoder and generator together."""
        times = []
        for _ in range(repeats):
            start = time.monotonic()
            self.answer(ink)
            times.append(1000 * (time.monotonic() - start))
        return float(np.median(times))


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
