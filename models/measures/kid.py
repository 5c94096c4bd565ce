"""KID on VGG16 relu5_3: how unlike two sets of drawings are. This is not FID, and not Inception."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray
from models.sketches.raster import Pictures, as_network_input

SIDE_PX = 128
_CHUNK = 16
Features = NDArray[np.float64]


def picture_features(vgg: nn.Module, pictures: Pictures, side_px: int = SIDE_PX) -> Features:
    """Mean-pooled relu5_3 of pictures at a side.

    Args:
        vgg: the frozen VGG16.
        pictures: each (R, R) or (R, R, 3) uint8.
        side_px: to which they are brought; a quarter of the pixels takes a quarter of the time.

    Returns:
        (n, 512) float64.
    """
    found = []
    for first in range(0, len(pictures), _CHUNK):
        part = np.stack([_sized(picture, side_px) for picture in pictures[first : first + _CHUNK]])
        tensor = torch.from_numpy(as_network_input(part)).permute(0, 3, 1, 2)
        with torch.no_grad():
            found.append(vgg(tensor)[-1].mean(dim=(2, 3)).double().numpy())
    return np.concatenate(found)


def _sized(picture: Gray, side_px: int) -> Gray:
    if picture.shape[0] != side_px:
        shrinks = picture.shape[0] > side_px
        method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        picture = as_gray(cv2.resize(picture, (side_px, side_px), interpolation=method))
    return picture[:, :, None] if picture.ndim == 2 else picture


def kid(found: Features, reference: Features) -> float:
    """Squared maximum mean discrepancy with a cubic kernel, unbiased.

    Args:
        found: (n, d) features of one set.
        reference: (m, d) features of the collection; both are divided by its root mean square, so
            that figures of different collections and networks compare.

    Returns:
        About 0 for two halves of one set; can be slightly below 0.

    Source: Bińkowski et al. 2018, "Demystifying MMD GANs", section 4, kernel (x·y/d + 1)^3.
    """
    scale = float(np.sqrt(np.square(reference).mean()))
    x, y = found / scale, reference / scale
    within_x, within_y = _kernel(x, x), _kernel(y, y)
    n, m = len(x), len(y)
    return float(
        (within_x.sum() - np.trace(within_x)) / (n * (n - 1))
        + (within_y.sum() - np.trace(within_y)) / (m * (m - 1))
        - 2 * _kernel(x, y).mean()
    )


def _kernel(x: Features, y: Features) -> Features:
    return (x @ y.T / x.shape[1] + 1) ** 3


def floor(reference: Features, seed: int) -> float:
    """KID of two random halves of the collection: what noise alone gives."""
    order = np.random.default_rng(seed).permutation(len(reference))
    half = len(order) // 2
    return kid(reference[order[:half]], reference[order[half : 2 * half]])
