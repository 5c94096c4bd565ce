"""Subjects of a few dimensions for tests of discovery."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.directions.region import Mask
from models.directions.subject import Subject
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
