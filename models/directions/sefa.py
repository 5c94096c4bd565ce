"""SeFa: directions from the weights alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from exhibit.contract.errors import InputError
from models.directions.eigen import leading, leading_of_layers
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.networks.stylegan2.generator import Generator
from models.networks.stylegan2.layers import ModulatedConv, ToRGB

Rows = Literal["as-is", "unit"]
ROWS: tuple[Rows, ...] = ("as-is", "unit")
StyledLayer = ModulatedConv | ToRGB


def styled_layers(generator: Generator) -> list[StyledLayer]:
    """List the layer that each row of w_plus drives: the convolutions, then the last picture."""
    layers: list[StyledLayer] = []
    for resolution in generator.synthesis.resolutions:
        block = generator.synthesis.block(resolution)
        layers += [block.conv1] if block.first else [block.conv0, block.conv1]
    return [*layers, generator.synthesis.block(generator.synthesis.resolutions[-1]).torgb]


def style_matrices(generator: Generator) -> list[Tensor]:
    """Return for each row of w_plus the affine weights it drives: (C, w_dim) each."""
    return [
        (layer.affine.weight * layer.affine.weight_gain).detach()
        for layer in styled_layers(generator)
    ]


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
    vectors, values = leading((stacked.t() @ stacked).numpy(), count)
    return torch.from_numpy(vectors.copy()).float(), torch.from_numpy(values.copy()).float()


def discover(subject: Subject, rows: Rows = "as-is") -> DirectionSet:
    """Find directions from the affine weights of the chosen layers.

    Args:
        subject: generator and choices.
        rows: `as-is` is the paper's eq. 6; `unit` divides each row of A by its length first, as
            the authors' program does, so that channels with strong styles do not decide alone.

    Returns:
        Directions; their scores are the eigenvalues of AᵀA.

    Source: as `sefa`.
    """
    if rows not in ROWS:
        raise InputError(f"rows '{rows}': expected one of {', '.join(ROWS)}")
    grams = []
    for matrix in style_matrices(subject.generator):
        weights = matrix.double()
        if rows == "unit":
            weights = torch.nn.functional.normalize(weights, dim=1)
        grams.append((weights.t() @ weights).numpy())
    vectors, values = leading_of_layers(grams, subject)
    return subject.results("sefa", vectors, values, {"rows": rows})
