"""Gradients of several processes."""

from collections.abc import Iterable

import torch
from lightning_fabric import Fabric
from torch import nn

from models.training.parts.collective import mean_of_all


def average_gradients(fabric: Fabric, parameters: Iterable[nn.Parameter]) -> None:
    """Replace each gradient by its mean over all processes.

    By hand rather than by wrapping the networks: the penalties differentiate twice through
    them, which a wrapped module does not support.
    """
    if fabric.world_size == 1:
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = mean_of_all(fabric, torch.cat([g.flatten() for g in gradients]))
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()
