"""Random textures: grain, clouds, creases, stains."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats


def clouds(rng: np.random.Generator, shape: tuple[int, int], grain_px: float) -> Floats:
    """Return smooth noise of about unit deviation whose blobs are `grain_px` wide."""
    height, width = shape
    small = (max(3, round(height / grain_px) + 2), max(3, round(width / grain_px) + 2))
    coarse = rng.standard_normal(small, dtype=np.float32)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth, np.float32)


def add_crease(rng: np.random.Generator, tone: Floats, depth: float) -> None:
    """Fold a sheet once and flatten it: a bright ridge with a soft shadow along it, in place."""
    height, width = tone.shape
    middle = rng.uniform([0.15 * width, 0.15 * height], [0.85 * width, 0.85 * height])
    angle = rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)]) * np.hypot(height, width)
    steps = np.linspace(-1, 1, 40)
    bend = np.array([-along[1], along[0]]) / np.hypot(*along)
    wobble = np.cumsum(rng.normal(0, width / 250, steps.size))
    points = middle + steps[:, None] * along + (wobble - wobble.mean())[:, None] * bend
    layer = np.zeros_like(tone)
    fold = np.round(points * 8).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(layer, [fold], False, 1.0, 2, cv2.LINE_AA, 3)
    ridge = cv2.GaussianBlur(layer, (0, 0), 1.6)
    shadow = cv2.warpAffine(
        cv2.blur(layer, (13, 13)),
        np.array([[1, 0, bend[0] * 6], [0, 1, bend[1] * 6.0]]),
        (width, height),
    )
    tone += depth * (0.5 * ridge - 1.1 * shadow) * (0.6 + 0.4 * clouds(rng, tone.shape, width / 6))


def add_stain(rng: np.random.Generator, tone: Floats, px_per_mm: float) -> None:
    """Leave the mark of a coffee cup: a ring with a dark rim, broken in places, in place."""
    height, width = tone.shape
    middle = rng.uniform([0.1 * width, 0.1 * height], [0.9 * width, 0.9 * height])
    radius = float(rng.uniform(22, 36)) * px_per_mm
    y, x = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    ragged = clouds(rng, (x.shape[0], x.shape[1]), 12) * 0.7 * px_per_mm
    distance = np.hypot(x - middle[0], y - middle[1]) + ragged
    rim = np.exp(-(((distance - radius) / (1.0 * px_per_mm)) ** 2))
    rim *= np.clip(0.7 + 0.5 * clouds(rng, (x.shape[0], x.shape[1]), 40), 0.0, 1.0)
    inside = 1 / (1 + np.exp((distance - radius) / (0.5 * px_per_mm)))
    mark = (0.14 * rim + 0.05 * inside).astype(np.float32)
    tone *= 1 - cv2.resize(mark, (width, height), interpolation=cv2.INTER_LINEAR)


def add_smudge(rng: np.random.Generator, tone: Floats, px_per_mm: float) -> None:
    """Rub graphite over the paper with the side of a hand, in place."""
    height, width = tone.shape
    middle = rng.uniform([0.2 * width, 0.2 * height], [0.8 * width, 0.8 * height])
    axes = rng.uniform([12, 4], [30, 10]) * px_per_mm
    layer = np.zeros((height // 4, width // 4), np.float32)
    centre, half = tuple(map(int, middle / 4)), tuple(map(int, axes / 4))
    cv2.ellipse(layer, centre, half, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(layer, (0, 0), 1.2 * px_per_mm)
    tone *= 1 - 0.10 * cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)


def add_tape(rng: np.random.Generator, tone: Floats, px_per_mm: float, corner: int) -> None:
    """Stick a strip of clear tape across corner 0..3 of the sheet, in place."""
    height, width = tone.shape
    x, y = (width if corner in (1, 2) else 0), (height if corner >= 2 else 0)
    slant = np.pi / 4 * (1 if corner in (1, 3) else -1) + rng.normal(0, 0.1)
    inwards = np.array([width / 2 - x, height / 2 - y])
    middle = np.array([x, y]) + inwards / np.hypot(*inwards) * 9 * px_per_mm
    along = np.array([np.cos(slant), np.sin(slant)]) * 28 * px_per_mm
    across = np.array([-along[1], along[0]]) / 28 * 8.5
    strip = np.array([along + across, along - across, -along - across, -along + across]) + middle
    layer = np.zeros_like(tone)
    outline = np.round(strip * 8).astype(np.int32)
    cv2.fillConvexPoly(layer, outline, 0.07, cv2.LINE_AA, 3)
    cv2.polylines(layer, [outline.reshape(-1, 1, 2)], True, 0.16, 1, cv2.LINE_AA, 3)
    tone *= 1 - layer
