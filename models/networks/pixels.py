"""From what a network draws to pixels."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def to_uint8(pictures: Tensor) -> NDArray[np.uint8]:
    """(n, C, H, W) float −1 ink … 1 paper to (n, H, W, C) uint8 0 … 255."""
    scaled = ((pictures.float() + 1) * 127.5).round().clamp(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
