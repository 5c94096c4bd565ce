"""SeFa: directions from the weights alone."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.stylegan2.generator import Generator


def style_matrices(generator: Generator) -> list[Tensor]:
    """Return for each row of w_plus the affine weights it drives, stacked: (C, w_dim) each."""
    matrices: list[list[Tensor]] = [[] for _ in range(generator.synthesis.num_ws)]
    first = 0
    for resolution in generator.synthesis.resolutions:
        block = generator.synthesis.get_submodule(f"b{resolution}")
        convs = [block.conv1] if block.num_conv == 1 else [block.conv0, block.conv1]
        for step, layer in enumerate(convs):
            matrices[first + step].append(layer.affine.weight * layer.affine.weight_gain)
        first += block.num_conv
    last = generator.synthesis.get_submodule(f"b{generator.synthesis.resolutions[-1]}")
    matrices[first].append(last.torgb.affine.weight * last.torgb.affine.weight_gain)
    return [torch.cat(rows).detach() for rows in matrices]


def sefa(matrices: Sequence[Tensor], count: int) -> tuple[Tensor, Tensor]:
    """Find the directions of w that move the styles of the chosen layers most.

    Args:
        matrices: affine weights of the chosen layers, (C_l, w_dim) each.
        count: how many directions.

    Returns:
        Unit vectors (count, w_dim), strongest first, and their eigenvalues (count,).

    Source: Shen and Zhou 2021, "Closed-Form Factorization of Latent Semantics in GANs", eq. 6:
        eigenvectors of A^T A with A the stacked weights, by the symmetric solver, sorted.
    """
    stacked = torch.cat(list(matrices)).double()
    values, vectors = torch.linalg.eigh(stacked.t() @ stacked)
    order = torch.argsort(values, descending=True)[:count]
    return vectors[:, order].t().float(), values[order].float()
