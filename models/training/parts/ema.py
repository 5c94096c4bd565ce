"""Exponential moving average of the generator's weights."""

import torch
from torch import nn


def ema_beta(batch: int, pictures_seen: int, half_life: float, ramp_up: float) -> float:
    """Decay of the average for one step.

    Args:
        batch: pictures of this step, all processes together.
        pictures_seen: pictures of the whole run so far.
        half_life: pictures after which an old weight counts half.
        ramp_up: the half-life is at most this share of the pictures seen (short runs).

    Returns:
        beta in 0 … 1; new average = beta·average + (1 − beta)·weights.

    Source: Karras et al. 2020 (ADA), appendix on training configurations.
    """
    effective = min(half_life, pictures_seen * ramp_up)
    return float(0.5 ** (batch / max(effective, 1e-8)))


@torch.no_grad()
def update_ema(average: nn.Module, model: nn.Module, beta: float) -> None:
    """Move the average's parameters towards the model's; copy its buffers."""
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - beta)
    for kept, current in zip(average.buffers(), model.buffers(), strict=True):
        kept.copy_(current)
