"""Sample sheets: a grid of pictures in one PNG."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from models.stylegan2.generator import Generator


def to_uint8(pictures: Tensor) -> np.ndarray:
    """(n, C, H, W) float −1 ink … 1 paper to (n, H, W, C) uint8 0 … 255."""
    scaled = ((pictures.float() + 1) * 127.5).round().clamp(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


def sheet(pictures: np.ndarray, columns: int, gap_px: int = 2) -> np.ndarray:
    """Lay (n, H, W, C) uint8 pictures out row by row on mid-grey."""
    n, height, width, channels = pictures.shape
    rows = -(-n // columns)
    canvas = np.full(
        (rows * (height + gap_px) + gap_px, columns * (width + gap_px) + gap_px, channels),
        160,
        np.uint8,
    )
    for index, picture in enumerate(pictures):
        top = gap_px + (index // columns) * (height + gap_px)
        left = gap_px + (index % columns) * (width + gap_px)
        canvas[top : top + height, left : left + width] = picture
    return canvas


def write_png(path: Path, image: np.ndarray) -> None:
    """Write (H, W, 1 or 3) uint8, RGB order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if image.shape[2] == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if not cv2.imwrite(str(path), image):
        raise OSError(f"{path}: could not be written")


def fixed_latents(count: int, z_dim: int, seed: int) -> Tensor:
    """(count, z_dim) latents from a generator of their own, so that training is not disturbed."""
    return torch.randn(count, z_dim, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def draw(generator: Generator, latents: Tensor, psi: float = 1.0, batch: int = 16) -> Tensor:
    """Pictures (n, C, H, W) of latents (n, z_dim) with the stored noise, on the CPU."""
    device = generator.mapping.w_avg.device
    parts = [generator(z.to(device), truncation_psi=psi).cpu() for z in latents.split(batch)]
    return torch.cat(parts)
