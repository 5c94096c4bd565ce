"""Subjects of a few dimensions for tests of discovery."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.directions.region import Mask
from models.directions.result import Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes
from tests.models.hands import small_generator


def small_subject(**choices: Any) -> Subject:
    """Make a subject of the untrained generator of 32 px: 8 layers, codes of 16."""
    values = {"layers": tuple(range(8)), "count": 3} | choices
    return Subject(generator=small_generator(), checkpoint="0" * 64, **values)


def corner() -> Mask:
    """Return a region of 8 x 10 pixels of the 32 px picture."""
    mask = np.zeros((32, 32), np.bool_)
    mask[4:14, 6:14] = True
    return mask


def sample_codes(count: int = 2) -> Codes:
    """Return codes of the prior of `small_subject`, without a feature map."""
    subject = small_subject()
    return Codes(subject.as_ws(subject.sample_w(count)), None)


def axis(index: int) -> np.ndarray:
    """Return the unit vector of w along one of its 16 axes."""
    return np.eye(16)[index]


def direction(name: str, vector: np.ndarray, **changes: Any) -> Discovered:
    """Make a direction along a vector of any length, with a safe range and a correlation."""
    values = {"method": "sefa", "layers": tuple(range(8)), "seed": 0, "checkpoint": "0" * 64}
    values |= {"score": 1.0, "sigma": 1.0, "safe_range": (-2.0, 6.0)}
    values |= {"correlations": {"slant": 0.5}}
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    return Discovered(name=name, vector=unit, **(values | changes))
