"""What directions are looked for in: a generator, its samples, and where a direction may act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from exhibit.contract.bundle import sha256_of
from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats
from models.directions.result import SPACES, DirectionSet, Discovered, Space
from models.networks.stylegan2.generator import Generator
from models.networks.stylegan2.samples import fixed_latents
from models.saved.gan import load_generator

SIGMA_SAMPLES = 4096


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Subject:
    """One generator, and which directions of it are asked for.

    Args:
        generator: in evaluation mode, float32, gradients off.
        checkpoint: SHA-256 of its file.
        layers: rows of w_plus that directions may move, ascending.
        space: one vector for all layers, or one a layer.
        count: how many directions.
        seed: of all samples.
    """

    generator: Generator
    checkpoint: str
    layers: tuple[int, ...]
    space: Space = "w"
    count: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        last = self.num_ws - 1
        if not self.layers or any(not 0 <= layer <= last for layer in self.layers):
            raise InputError(f"layers {list(self.layers)}: expected some of 0 to {last}")
        if self.space not in SPACES:
            raise InputError(f"space '{self.space}': expected one of {', '.join(SPACES)}")
        if self.count < 1:
            raise InputError(f"count {self.count}: expected at least 1")

    @property
    def num_ws(self) -> int:
        """Return the rows of w_plus."""
        return self.generator.config.num_ws

    @property
    def w_dim(self) -> int:
        """Return the length of one w."""
        return self.generator.config.w_dim

    @property
    def code_shape(self) -> tuple[int, ...]:
        """Return the shape of what a direction is free in: (w_dim,) or (layers, w_dim)."""
        return (self.w_dim,) if self.space == "w" else (len(self.layers), self.w_dim)

    @torch.no_grad()
    def sample_w(self, count: int) -> Tensor:
        """Draw codes (count, w_dim) of the prior; the same seed gives the same codes."""
        latents = fixed_latents(count, self.generator.config.z_dim, self.seed)
        return self.generator.mapping.to_w(latents)

    def as_ws(self, w: Tensor) -> Tensor:
        """Repeat codes (n, w_dim) for every layer: (n, num_ws, w_dim)."""
        return w[:, None].expand(-1, self.num_ws, -1)

    def moved(self, ws: Tensor, change: Tensor) -> Tensor:
        """Add a change of `code_shape` to the chosen layers of codes.

        Args:
            ws: (n, num_ws, w_dim).
            change: (w_dim,) or (layers, w_dim).

        Returns:
            (n, num_ws, w_dim).
        """
        rows = torch.zeros(self.num_ws, len(self.layers))
        rows[list(self.layers), range(len(self.layers))] = 1
        return ws + rows @ change.expand(len(self.layers), -1)

    def results(
        self,
        method: str,
        vectors: Doubles | Floats,
        scores: Sequence[float] | Doubles,
        details: dict[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> DirectionSet:
        """Make the result of a method: unit length, signs and σ settled here for all methods.

        Args:
            method: as in the registry.
            vectors: (count, *code_shape), any length but zero.
            scores: (count,).
            details: the method's settings, plain values.
            names: one a vector; `METHOD-1`, ... without.

        Returns:
            Directions of unit length. Where they have no names yet, the largest component is
            positive, so that a second run gives the same signs.
        """
        w = self.sample_w(SIGMA_SAMPLES).numpy()
        found = []
        for index, vector in enumerate(vectors):
            whole = self._over_all_layers(np.asarray(vector, np.float64))
            if not names and whole.flat[np.abs(whole).argmax()] < 0:
                whole = -whole
            unit = (whole / np.linalg.norm(whole)).astype(np.float32)
            direction = Discovered(
                name=names[index] if names else f"{method}-{index + 1}",
                vector=unit,
                method=method,
                layers=self.layers,
                seed=self.seed,
                checkpoint=self.checkpoint,
                score=float(scores[index]),
                sigma=float(projection(w, unit).std()),
                details=dict(details or {}),
            )
            found.append(direction)
        return DirectionSet(tuple(found))

    def _over_all_layers(self, vector: Doubles) -> Doubles:
        if vector.shape != self.code_shape:
            raise ValueError(f"vector of shape {vector.shape}, expected {self.code_shape}")
        if self.space == "w":
            return vector
        whole = np.zeros((self.num_ws, self.w_dim))
        whole[list(self.layers)] = vector
        return whole


def projection(w: Floats, vector: Floats) -> Floats:
    """Project samples on a direction.

    Args:
        w: (n, w_dim), the same code for every layer.
        vector: (w_dim,), or (num_ws, w_dim) of which the layers' parts add up.

    Returns:
        (n,) values of wᵀv.
    """
    return w @ (vector if vector.ndim == 1 else vector.sum(axis=0))


def load_subject(checkpoint: Path, layers: Sequence[int] | None = None, **choices: Any) -> Subject:
    """Read a checkpoint to look for directions in.

    Args:
        checkpoint: of `models train-gan` or `models train-encoder`, complete or compact.
        layers: rows of w_plus; None for all.
        choices: `space`, `count` and `seed` of the subject.

    Raises:
        CheckpointError: the file is no checkpoint.
        InputError: layers or choices do not fit the generator.
    """
    generator = load_generator(checkpoint)
    chosen = range(generator.config.num_ws) if layers is None else sorted(set(layers))
    return Subject(
        generator=generator, checkpoint=sha256_of(checkpoint), layers=tuple(chosen), **choices
    )
