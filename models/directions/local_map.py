"""A network near one picture: products with its Jacobian, which is never formed.

J maps a change to the change of the picture: of a generator ∂G/∂c for a change c of the codes,
noise fixed; of a denoiser ∂v/∂h (`models.diffusion.jacobian`). The same code looks at both.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import jvp, vjp, vmap
from torch.nn.functional import one_hot

from exhibit.contract.values import Doubles
from models.directions.region import Mask
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

CHUNK = 8
"""Tangents that go through a network at once: more no longer fit the processor's caches."""


class LocalMap(ABC):
    """A network around one picture, as a map from changes to pictures."""

    __slots__ = ()

    @property
    @abstractmethod
    def free(self) -> int:
        """Return n, in how many dimensions a change is free."""

    @abstractmethod
    def picture(self, change: Tensor) -> Tensor:
        """Draw what a change (n,) makes of the picture: (pixels,), all channels in one row."""

    def push(self, changes: Tensor) -> Tensor:
        """Multiply by J: changes (k, n) to changes of the picture (k, pixels)."""
        here = torch.zeros(self.free)
        return vmap(lambda c: jvp(self.picture, (here,), (c,))[1], chunk_size=CHUNK)(changes)

    def pull(self, pictures: Tensor) -> Tensor:
        """Multiply by Jᵀ: weights of pixels (k, pixels) to (k, n)."""
        transposed = vjp(self.picture, torch.zeros(self.free))[1]
        return vmap(lambda p: transposed(p)[0], chunk_size=CHUNK)(pictures)


@dataclass(frozen=True, slots=True, eq=False)
class GeneratorMap(LocalMap):
    """The generator around one code.

    Args:
        subject: says which layers a change may move; n is the length of a change.
        ws: (1, num_ws, w_dim), the code.
        feature: (1, C, 16, 16), the residual map of an answer to a sketch; stays as it is.
    """

    subject: Subject
    ws: Tensor
    feature: Tensor | None = None

    @property
    def free(self) -> int:
        """Return n, in how many dimensions a change is free."""
        return math.prod(self.subject.code_shape)

    def picture(self, change: Tensor) -> Tensor:
        """Draw the code moved by a change (n,): (pixels,), all channels in one row."""
        moved = self.subject.moved(self.ws, change.reshape(self.subject.code_shape))
        synthesis = self.subject.generator.synthesis
        return synthesis(moved, self.feature, noise_mode="const").flatten()


def local_maps(subject: Subject, samples: int, codes: Codes | None = None) -> list[GeneratorMap]:
    """Take the generator at given codes, or else at the first `samples` of the subject's seed."""
    if codes is None:
        codes = Codes(subject.as_ws(subject.sample_w(samples)), None)
    features = [None] * len(codes.w_plus) if codes.feature is None else codes.feature.split(1)
    return [
        GeneratorMap(subject, ws, feature)
        for ws, feature in zip(codes.w_plus.split(1), features, strict=True)
    ]


def pixel_weights(region: Mask, channels: int) -> Tensor:
    """Lay a region (R, R) out as `LocalMap.picture` does: (channels·R·R,), 1 inside, else 0."""
    return torch.from_numpy(region).to(torch.float32).flatten().repeat(channels)


def gram_products(
    maps: Sequence[LocalMap], weights: Sequence[Tensor], block: Doubles
) -> list[Doubles]:
    """Multiply Σ JᵀMJ, summed over codes, with a block of vectors for several weightings M.

    Args:
        maps: codes.
        weights: (pixels,) each, the diagonal of M; all share the forward products.
        block: (n, k).

    Returns:
        (n, k) float64 for each weighting.
    """
    changes = torch.from_numpy(np.ascontiguousarray(block.T)).float()
    sums = [np.zeros(block.shape) for _ in weights]
    for local in maps:
        pictures = local.push(changes)
        for total, weight in zip(sums, weights, strict=True):
            total += local.pull(pictures * weight).double().numpy().T
    return sums


def dense_grams(maps: Sequence[LocalMap], weights: Sequence[Tensor]) -> list[Doubles]:
    """Form Σ JᵀMJ, (n, n) float64 for each weighting M; for n of a few hundred."""
    sums = [np.zeros((maps[0].free, maps[0].free)) for _ in weights]
    for local in maps:
        rows = local.push(torch.eye(local.free))
        for total, weight in zip(sums, weights, strict=True):
            inside = rows[:, weight > 0].double()
            total += (inside @ inside.t()).numpy()
    return sums


def region_rows(maps: Sequence[LocalMap], inside: Tensor) -> Doubles:
    """Form the rows of J in a small region by reverse differentiation.

    Args:
        maps: codes.
        inside: (pixels,) of 1 inside the region and 0 outside.

    Returns:
        (codes·pixels inside, n) float64.
    """
    chosen = one_hot(inside.nonzero().flatten(), len(inside)).float()
    return np.concatenate([local.pull(chosen).double().numpy() for local in maps])
