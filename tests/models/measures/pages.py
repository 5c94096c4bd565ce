"""Pages with a block of ink, as tensors."""

from __future__ import annotations

import torch
from torch import Tensor


def page(rows: slice, columns: slice) -> Tensor:
    """A page (1, 1, 128, 128) of paper with one block of ink."""
    found = torch.ones(1, 1, 128, 128)
    found[:, :, rows, columns] = -1
    return found


LINE = page(slice(64, 66), slice(20, 100))
