"""Regions of a picture: a rectangle in pixels or a mask, and how much of a change stays inside."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.pictures import read_grey
from models.directions.drawing import figures_of, moved_codes, taking
from models.directions.result import Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

Mask = NDArray[np.bool_]
BATCH = 16


def read_region(text: str, resolution: int) -> Mask:
    """Read a region as it stands on a command line.

    Args:
        text: `x,y,w,h` in pixels of the picture, origin at the top left, or a path of an image of
            the picture's size in which the region is brighter than mid-grey.
        resolution: side of the picture in pixels.

    Returns:
        (resolution, resolution), true inside.

    Raises:
        InputError: neither, not within the picture, or nothing is left inside or outside.
    """
    path = Path(text)
    mask = _image(path, resolution) if path.is_file() else _rectangle(text, resolution)
    if not mask.any() or mask.all():
        raise InputError(f"--region '{text}': expected pixels inside and outside of it")
    return mask


def _rectangle(text: str, resolution: int) -> Mask:
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"--region '{text}': expected x,y,w,h in pixels, or the file of a mask"
        ) from None
    fits = x >= 0 and y >= 0 and x + width <= resolution and y + height <= resolution
    if not fits or width < 1 or height < 1:
        raise InputError(f"--region '{text}': expected a part of {resolution}x{resolution} pixels")
    mask = np.zeros((resolution, resolution), np.bool_)
    mask[y : y + height, x : x + width] = True
    return mask


def _image(path: Path, resolution: int) -> Mask:
    image = read_grey(path)
    if image.shape != (resolution, resolution):
        raise InputError(
            f"{path}: {image.shape[1]}x{image.shape[0]}, expected a mask of "
            f"{resolution}x{resolution} pixels"
        )
    return np.asarray(image > 127)


def describe(region: Mask) -> dict[str, list[int] | int]:
    """Say where a region lies: its bounding `box` x, y, w, h and its `pixels`."""
    x, y, width, height = cv2.boundingRect(region.astype(np.uint8))
    return {"box": [x, y, width, height], "pixels": int(region.sum())}


@torch.no_grad()
def roir(
    subject: Subject, direction: Discovered, region: Mask, strength: float, samples: int = 64
) -> float:
    """Measure how much of a change falls outside a region for what falls inside.

    Args:
        subject: generator and seed.
        direction: is added to the codes of its own layers, or to the feature map.
        region: (R, R), true inside.
        strength: in units of w, or of the map.
        samples: pictures changed.

    Returns:
        Mean over samples of ‖change outside‖ / ‖change inside‖; 0 is perfectly local.

    Source: Oldfield et al. 2023, "PandA: Unsupervised Learning of Parts and Appearances in the
        Feature Maps of GANs", region of interest ratio.
    """
    synthesis = taking(subject, direction).generator.synthesis
    ratios = []
    for w in subject.sample_w(samples).split(BATCH):
        codes = Codes(subject.as_ws(w), None)
        figures = figures_of(subject, codes, direction.side) if direction.of_ink else None
        moved = moved_codes(codes, direction, strength, figures)
        change = synthesis(moved.w_plus, moved.feature) - synthesis(codes.w_plus)
        ratios.append(change_ratio(change, region))
    return float(torch.cat(ratios).mean())


def change_ratio(change: Tensor, region: Mask) -> Tensor:
    """Divide the norm of changes (n, c, R, R) outside a region by that inside: (n,)."""
    inside = torch.from_numpy(region).to(torch.float32)
    energy = change.square().sum(dim=1)
    within = (energy * inside).sum(dim=(1, 2)).sqrt()
    without = (energy * (1 - inside)).sum(dim=(1, 2)).sqrt()
    return without / within.clamp(min=1e-12)
