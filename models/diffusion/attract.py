"""An attract loop that no visitor has seen: drawings for the table, and a slow way between them."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
from torch import Tensor

from exhibit.contract.errors import ExhibitError
from exhibit.contract.files import replacing
from exhibit.contract.values import Gray
from models.networks.stylegan2.walk import closed_walk

_CODEC = "mp4v"


class VideoError(ExhibitError):
    """A video cannot be written here."""


def noise_walk(stops: Tensor, frames: int) -> Tensor:
    """Walk through noise and back to the first without a corner.

    What lies between two noises is shorter than noise is, and would be drawn grey: it is made as
    long again.

    Args:
        stops: (k, C, R, R), k >= 3.
        frames: of the whole loop.

    Returns:
        (frames, C, R, R); the last leads into the first.
    """
    way = closed_walk(stops, frames)
    length = math.sqrt(way[0].numel())
    return way * (length / way.flatten(1).norm(dim=1)).reshape(-1, 1, 1, 1)


def write_loop(pictures: Gray, file: Path) -> None:
    """Write drawings (n, R, R) uint8 as the table's attract loop reads them: `visit.drawings`."""
    with replacing(file) as draft:
        np.savez_compressed(draft, attract=pictures)


def write_video(pictures: Gray, file: Path, frames_hz: float) -> None:
    """Write frames (n, R, R) uint8 as an MP4.

    Raises:
        VideoError: OpenCV has no encoder for it here.
    """
    side = pictures.shape[1]
    draft = file.with_name(f".{file.name}")
    fourcc = cv2.VideoWriter.fourcc(*_CODEC)
    writer = cv2.VideoWriter(str(draft), fourcc, frames_hz, (side, side))
    if not writer.isOpened():
        raise VideoError(f"{file}: OpenCV cannot write {_CODEC} here; the frames lie beside it")
    for picture in pictures:
        writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    writer.release()
    draft.replace(file)
