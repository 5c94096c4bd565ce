"""A tensor of codes taken apart into a subspace for each factor (HOSVD)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Doubles


@dataclass(frozen=True, slots=True, eq=False)
class TensorModel:
    """codes ≈ mean + core ×ₖ parametersₖ × basisᵀ.

    Args:
        mean: (d,) of all codes.
        core: one mode a factor, and the basis' last: (r_1, ..., r_m, r).
        factors: (n_k, r_k) with orthonormal columns; a row is the parameters of one level.
        basis: (d, r) with orthonormal columns.
    """

    mean: Doubles
    core: Doubles
    factors: tuple[Doubles, ...]
    basis: Doubles

    def within(self, codes: Doubles) -> Doubles:
        """Codes (..., d) as coordinates in the basis (..., r), from the mean."""
        return (codes - self.mean) @ self.basis

    def contracted(self, parameters: Sequence[Doubles], but: int | None = None) -> Doubles:
        """Multiply the core with the parameters of all factors, or of all but one.

        Args:
            parameters: (r_k,) a factor.
            but: index of a factor that stays open.

        Returns:
            (r,), or (r_but, r).
        """
        left = self.core
        # From the last factor to the first, so that earlier modes keep their places.
        for mode in reversed(range(len(parameters))):
            if mode != but:
                left = np.tensordot(left, parameters[mode], axes=(mode, 0))
        return left

    def decode(self, parameters: Sequence[Doubles]) -> Doubles:
        """The code (d,) of parameters, one (r_k,) a factor."""
        return self.mean + self.basis @ self.contracted(parameters)

    def averages(self) -> list[Doubles]:
        """The parameters of each factor averaged over its levels."""
        return [factor.mean(axis=0) for factor in self.factors]


def hosvd(codes: Doubles, ranks: Sequence[int | None] | None = None) -> TensorModel:
    """Take a tensor of codes apart.

    Args:
        codes: (n_1, ..., n_m, d).
        ranks: of every mode, the codes' last; None for all that there is.

    Returns:
        The model, exact where no rank is cut.

    Source: De Lathauwer et al. 2000, as in Haas et al., "Tensor-based emotion editing in the
        StyleGAN latent space".
    """
    mean = codes.reshape(-1, codes.shape[-1]).mean(axis=0)
    centred = codes - mean
    wanted = ranks or [None] * codes.ndim
    spans = [_span(centred, mode, rank) for mode, rank in enumerate(wanted)]
    core = centred
    for mode, span in enumerate(spans):
        core = np.moveaxis(np.tensordot(core, span, axes=(mode, 0)), -1, mode)
    return TensorModel(mean, core, tuple(spans[:-1]), spans[-1])


def _span(tensor: Doubles, mode: int, rank: int | None) -> Doubles:
    """Left singular vectors (n, r) of a mode's unfolding, without those that nothing lies along."""
    unfolded = np.moveaxis(tensor, mode, 0).reshape(tensor.shape[mode], -1)
    vectors, values, _ = np.linalg.svd(unfolded, full_matrices=False)
    kept = int((values > 1e-10 * max(values[0], 1e-300)).sum())
    return vectors[:, : min(kept, rank or kept)]
