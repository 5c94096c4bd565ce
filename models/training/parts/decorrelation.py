"""Decorrelation regulariser of the mapping network."""

import torch
from torch import Tensor


def decorrelation_penalty(w: Tensor) -> Tensor:
    """Push the components of w towards no correlation and equal variance.

    Args:
        w: (n, w_dim) codes of one batch; n ≥ 2.

    Returns:
        −Σ_{i≠j} log(1 − |ρ_ij|) + Σ_i (Var[w_i] − mean_j Var[w_j])², a scalar.

    Source: "Semantic and localized representation learning" (eq. 1 of the regulariser). The
    printed second term subtracts the sum of the variances, whose minimum is all variances zero;
    equal variances need the mean.
    """
    centred = w.float() - w.float().mean(dim=0)
    variance = centred.square().mean(dim=0)
    normalised = centred / (variance.sqrt() + 1e-8)
    correlation = normalised.t() @ normalised / len(w)
    off_diagonal = ~torch.eye(len(correlation), dtype=torch.bool, device=w.device)
    magnitude = correlation.abs().clamp(max=1 - 1e-4)[off_diagonal]
    spread = (variance - variance.mean()).square().sum()
    return -torch.log1p(-magnitude).sum() + spread
