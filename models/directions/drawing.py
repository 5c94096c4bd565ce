"""Draw codes, as they are and moved along a direction."""

from __future__ import annotations

import numpy as np
import torch

from models.directions.result import Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes
from models.sketches.raster import Gray, as_gray

CHUNK = 16


def draw_moved(subject: Subject, codes: Codes, direction: Discovered, strength: float) -> Gray:
    """Draw codes moved along a direction, as the table's editor moves them.

    Args:
        subject: whose generator draws.
        codes: to start from.
        direction: which moves its own layers only.
        strength: in units of w.

    Returns:
        (n, R, R) uint8.
    """
    offset = torch.zeros(subject.num_ws, subject.w_dim)
    rows = list(direction.layers)
    vector = torch.from_numpy(np.array(direction.vector)).expand(subject.num_ws, -1)
    offset[rows] = strength * vector[rows]
    return draw_codes(subject, Codes(codes.w_plus + offset, codes.feature))


def draw_codes(subject: Subject, codes: Codes) -> Gray:
    """Draw codes as grey pictures (n, R, R) uint8, with the stored noise."""
    drawn = []
    with torch.no_grad():
        for first in range(0, len(codes.w_plus), CHUNK):
            part = slice(first, first + CHUNK)
            feature = None if codes.feature is None else codes.feature[part]
            pictures = as_gray(subject.generator.synthesis(codes.w_plus[part], feature).numpy())
            drawn.append(pictures.mean(axis=1).round().astype(np.uint8))
    return np.concatenate(drawn)
