"""Drawings made one after the other into a folder, which is gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from exhibit.contract.values import Gray
from exhibit.pictures import read_grey
from models.diffusion.moving import draw_unmoved
from models.diffusion.poster import inked
from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import BATCH, Tell
from models.sheets import write_png


def ink_into(
    subject: DenoiserSubject,
    noise: Tensor,
    files: Sequence[Path],
    side: int,
    tell: Tell = lambda _: None,
) -> None:
    """Draw noise, enlarge it, and write each drawing; those whose file is there are left.

    Args:
        subject: denoiser and steps.
        noise: (n, C, R, R).
        files: n names of PNGs.
        side: of the drawings, px.
        tell: hears how many are there.
    """
    missing = [number for number, file in enumerate(files) if not file.is_file()]
    tell(len(files) - len(missing))
    for first in range(0, len(missing), BATCH):
        part = missing[first : first + BATCH]
        for number, picture in zip(part, draw_unmoved(subject, noise[part]), strict=True):
            write_png(files[number], inked(picture, side))
        tell(len(files) - len(missing) + first + len(part))


def read_inked(files: Sequence[Path]) -> Gray:
    """Read drawings of one size: (n, R, R) uint8."""
    return np.stack([read_grey(file) for file in files])
