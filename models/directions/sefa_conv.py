"""Closed-form factorization with convolutions: how strongly a code moves a layer's output.

A layer convolves diag(s)x with its kernel K, s = A·w + b. The energy of the output's change over
all frequencies is, by Parseval, that of the kernel's taps, so no transform is needed.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles
from models.directions.eigen import leading_of_layers
from models.directions.result import DirectionSet
from models.directions.sefa import StyledLayer, style_matrices, styled_layers
from models.directions.subject import Subject
from models.networks.stylegan2.layers import ToRGB

Inputs = Literal["white", "measured"]
INPUTS: tuple[Inputs, ...] = ("white", "measured")
SAMPLES = 64
BATCH = 16


def kernel_gram(kernel: Tensor) -> Tensor:
    """Sum KᵀK over the taps of a kernel.

    Args:
        kernel: (C_out, C_in, k, k).

    Returns:
        (C_in, C_in) float64, Q = Σ_{u,v} K[:,:,u,v]ᵀ K[:,:,u,v].

    Source: Wang et al. 2022, "Generalizing Factorization of GANs by Characterizing Convolutional
        Layers", whose Gram MᴴM of all frequencies on an n×n map is n²·Q for every n ≥ k, by
        Parseval. The printed listing takes A.T·A of the complex M, in which all taps but one
        cancel: n²·K[:,:,0,0]ᵀK[:,:,0,0]. It also reshapes without moving C_in last, joins layers
        along the axis they do not share, and uses `eig`, which does not sort.
    """
    taps = kernel.double().permute(0, 2, 3, 1).reshape(-1, kernel.shape[1])
    return taps.t() @ taps


def layer_kernel(layer: StyledLayer) -> Tensor:
    """Return the kernel (C_out, C_in, k, k) that a layer applies to its modulated input."""
    return layer.weight * layer.weight_gain if isinstance(layer, ToRGB) else layer.weight


@torch.no_grad()
def input_moments(subject: Subject, samples: int) -> list[Tensor]:
    """Measure the second moment of what enters each layer, before its style.

    Args:
        subject: generator and seed.
        samples: pictures drawn.

    Returns:
        (C_in, C_in) float64 for each row of w_plus: the mean of x·xᵀ over samples and pixels.
    """
    layers = styled_layers(subject.generator)
    sums: dict[StyledLayer, Tensor] = {}

    def add(layer: StyledLayer, inputs: tuple[Tensor, ...]) -> None:
        x = inputs[0].transpose(0, 1).flatten(1).double()
        moment = x @ x.t() * (len(inputs[0]) / x.shape[1])
        sums[layer] = sums.get(layer, torch.zeros_like(moment)) + moment

    hooks = [layer.register_forward_pre_hook(add) for layer in layers]
    try:
        for w in subject.sample_w(samples).split(BATCH):
            subject.generator.synthesis(subject.as_ws(w))
    finally:
        for hook in hooks:
            hook.remove()
    return [sums[layer] / samples for layer in layers]


def discover(subject: Subject, inputs: Inputs = "white", samples: int = SAMPLES) -> DirectionSet:
    """Find directions from affine weights and kernels of the chosen layers.

    Args:
        subject: generator and choices.
        inputs: `white` uses weights only; `measured` weighs the channels by the second moments
            of what really enters each layer.
        samples: pictures drawn for the moments.

    Returns:
        Directions; their scores are the eigenvalues of Σ_l A_lᵀ (Q_l∘C_l) A_l.

    Source: as `kernel_gram`; in a style generator the convolution sees diag(s)x, so the energy
        of a change of w is wᵀAᵀ(Q∘C)A·w with C = E[x·xᵀ], the identity where only weights are
        used.
    """
    if inputs not in INPUTS:
        raise InputError(f"inputs '{inputs}': expected one of {', '.join(INPUTS)}")
    grams = layer_grams(subject, input_moments(subject, samples) if inputs == "measured" else None)
    vectors, values = leading_of_layers(grams, subject)
    details = {"inputs": inputs} | ({"samples": samples} if inputs == "measured" else {})
    return subject.results("sefa-conv", vectors, values, details)


def layer_grams(subject: Subject, moments: list[Tensor] | None) -> list[Doubles]:
    """Return A_lᵀ (Q_l∘C_l) A_l, (w_dim, w_dim) float64, for each row of w_plus."""
    grams = []
    affine = style_matrices(subject.generator)
    for index, layer in enumerate(styled_layers(subject.generator)):
        energy = kernel_gram(layer_kernel(layer))
        seen = torch.eye(len(energy)) if moments is None else moments[index]
        matrix = affine[index].double()
        grams.append((matrix.t() @ (energy * seen) @ matrix).numpy())
    return grams
