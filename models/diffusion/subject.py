"""What directions of h-space are looked for in: a denoiser, its steps and its samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from exhibit.contract.bundle import sha256_of
from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats
from models.directions.result import DirectionSet, Discovered
from models.networks.denoiser.samples import noise_of
from models.networks.denoiser.unet import Denoiser
from models.saved.denoiser import load_denoiser

STEPS = 20


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DenoiserSubject:
    """One denoiser, and which directions of it are asked for.

    Args:
        network: in evaluation mode, float32, gradients off.
        checkpoint: SHA-256 of its file.
        steps: of DDIM; a direction holds for this number of them alone.
        count: how many directions.
        seed: of all samples.
    """

    network: Denoiser
    checkpoint: str
    steps: int = STEPS
    count: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 2:
            raise InputError(f"steps {self.steps}: expected at least 2")
        if self.count < 1:
            raise InputError(f"count {self.count}: expected at least 1")

    @property
    def h_size(self) -> int:
        """Return the length of h at one step."""
        return math.prod(self.network.config.h_shape)

    def noise(self, count: int) -> Tensor:
        """Draw noise (count, C, R, R); the same seed gives the same, beside any other count."""
        first = self.seed * 1_000_003
        return noise_of(self.network.config, range(first, first + count))

    def results(
        self,
        method: str,
        vectors: Doubles,
        paths: Floats,
        scores: Sequence[float] | Doubles,
        details: dict[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> DirectionSet:
        """Make the result of a method: unit length, signs and σ settled here for all methods.

        A direction is one vector over all steps; how long it is at each of them is what the method
        found. Along the whole of it σ is measured, so that strengths in σ mean the same here as in
        a generator's W.

        Args:
            method: what `Discovered.method` says.
            vectors: (count, steps, h_size), any length but zero.
            paths: (steps, n, h_size) of samples, see `walk`.
            scores: (count,).
            details: the method's settings, plain values.
            names: one a vector; `METHOD-1`, ... without.
        """
        found = []
        for index, vector in enumerate(vectors):
            whole = vector / np.linalg.norm(vector)
            if not names and whole.flat[np.abs(whole).argmax()] < 0:
                whole = -whole
            unit = whole.astype(np.float32)
            along = np.einsum("tnd,td->n", paths, unit)
            found.append(
                Discovered(
                    name=names[index] if names else f"{method}-{index + 1}",
                    vector=unit.reshape(self.steps, *self.network.config.h_shape),
                    method=method,
                    layers=(),
                    seed=self.seed,
                    checkpoint=self.checkpoint,
                    score=float(scores[index]),
                    sigma=float(along.std()),
                    details={"steps": self.steps} | dict(details or {}),
                )
            )
        return DirectionSet(tuple(found))


def load_subject(checkpoint: Path, **choices: Any) -> DenoiserSubject:
    """Read a checkpoint of `models train-diffusion` to look for directions in.

    Args:
        checkpoint: complete or compact.
        choices: `steps`, `count` and `seed` of the subject.

    Raises:
        CheckpointError: the file is no such checkpoint.
        InputError: a choice is none.
    """
    network = load_denoiser(checkpoint)
    return DenoiserSubject(network=network, checkpoint=sha256_of(checkpoint), **choices)
