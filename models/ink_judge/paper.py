"""What paper looks like before anybody drew on it, and what is around it; light, 1 is white."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats
from models.ink_judge.strokes import Random


def clouds(rng: Random, side: int, grain_px: float) -> Floats:
    """Return smooth noise (side, side) float32 of variance 1, as coarse as the grain."""
    small = max(2, round(side / grain_px) + 2)
    coarse = rng.standard_normal((small, small), dtype=np.float32)
    large = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.float32)


def blurred(plane: Floats, blur_px: float) -> Floats:
    """Return a plane as a lens or paper blurs it."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), blur_px), np.float32)


def make_paper(rng: Random, side: int) -> Floats:
    """Return the light (side, side) float32 of a sheet: fibres, lamp, shadows, stains, folds."""
    light = np.full((side, side), rng.uniform(0.45, 0.93), np.float32)
    if rng.random() < 0.03:
        return light  # drawn by a program
    for most, finest, coarsest in ((0.06, 60, 300), (0.015, 2, 3), (0.02, 5, 14)):
        light *= 1 + rng.uniform(0, most) * clouds(rng, side, rng.uniform(finest, coarsest))
    if rng.random() < 0.5:
        y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
        angle = rng.uniform(0, 2 * np.pi)
        away = np.clip(x * np.cos(angle) + y * np.sin(angle) + 0.2, 0, 1)
        light *= 1 - rng.uniform(0, 0.6) * away
    if rng.random() < 0.35:
        for _ in range(int(rng.integers(1, 5))):
            shape, edge = clouds(rng, side, rng.uniform(40, 200)), rng.uniform(0.05, 0.5)
            inside = 1 / (1 + np.exp(np.clip((rng.uniform(0.2, 1.2) - shape) / edge, -30, 30)))
            light *= 1 - rng.uniform(0.05, 0.55) * inside
    if rng.random() < 0.3:
        for _ in range(int(rng.integers(1, 30))):
            light *= 1 - rng.uniform(0.05, 0.4) * _spot(rng, side)
    if rng.random() < 0.3:
        for _ in range(int(rng.integers(1, 4))):
            light *= 1 - rng.uniform(-0.1, 0.25) * _fold(rng, side)
    return light


def _spot(rng: Random, side: int) -> Floats:
    spot = np.zeros((side, side), np.float32)
    x, y = rng.uniform(0, side, 2)
    axes = (int(rng.uniform(2, 14)), int(rng.uniform(2, 14)))
    cv2.ellipse(spot, (int(x), int(y)), axes, 0, 0, 360, 1.0, -1)
    return blurred(spot, rng.uniform(1.5, 6))


def _fold(rng: Random, side: int) -> Floats:
    fold = np.zeros((side, side), np.float32)
    ends = rng.uniform(0, side, (2, 2))
    beyond = 3 * (ends[1] - ends[0])
    start, end = (ends[0] - beyond).astype(int), (ends[1] + beyond).astype(int)
    cv2.line(fold, tuple(start.tolist()), tuple(end.tolist()), 1.0, int(rng.integers(1, 6)))
    return blurred(fold, rng.uniform(1.5, 5))


def ruled_lines(rng: Random, side: int, blur_px: float) -> Floats:
    """Return printed lines or a grid, (side, side) float32, 1 on lines."""
    large, step = np.zeros((2 * side, 2 * side), np.uint8), rng.uniform(24, 90)
    drop, thick = int(rng.uniform(-0.1, 0.1) * side), int(rng.integers(1, 4))
    for at in np.arange(rng.uniform(-60, step - 60), 2 * side + 60, step).astype(int):
        cv2.line(large, (0, int(at)), (2 * side, int(at) + drop), 255, thick, cv2.LINE_AA)
    if rng.random() < 0.5:
        for at in np.arange(rng.uniform(-60, step - 60), 2 * side + 60, step).astype(int):
            cv2.line(large, (int(at), 0), (int(at) - drop, 2 * side), 255, thick, cv2.LINE_AA)
    if rng.random() < 0.3:
        large = np.ascontiguousarray(large.T)
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return blurred(np.asarray(small, np.float32) / np.float32(255), blur_px)


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """What hides the sheet: `share` of each pixel, and its `light`, (side, side) float32 each."""

    share: Floats
    light: Floats


def make_finger(rng: Random, side: int, paper: float) -> Around:
    """Put a finger on the sheet, coming in from one side."""
    canvas, width = np.zeros((side, side), np.uint8), int(rng.uniform(20, 70))
    x = rng.uniform(0, side)
    tip = (int(x + rng.normal(0, 40)), int(rng.uniform(10, 120)))
    cv2.line(canvas, (int(x), -width), tip, 255, width, cv2.LINE_AA)
    turned = np.rot90(canvas, int(rng.integers(4))).astype(np.float32) / np.float32(255)
    share = blurred(np.asarray(turned, np.float32), rng.uniform(1, 4))
    rounded = 0.6 + 0.4 * blurred(share, width / 5)
    return Around(share, np.asarray(paper * rng.uniform(0.3, 1.1) * rounded, np.float32))


def make_surroundings(rng: Random, side: int, paper: float) -> Around:
    """Let the sheet end on some sides, torn or cut, in a frame or not, on something else."""
    outside = np.zeros((side, side), np.float32)
    frame = np.zeros_like(outside)
    rim = rng.uniform(4, 28) if rng.random() < 0.4 else 0.0
    ragged = float(rng.uniform(0, 5)) if rng.random() < 0.5 else 0.0
    for turn in rng.permutation(4)[: int(rng.integers(1, 4))]:
        depth = rng.uniform(0, 70) + rng.uniform(-0.15, 0.15) * np.arange(side)
        depth = depth + ragged * clouds(rng, side, rng.uniform(4, 80))[0]
        away = np.arange(side)[:, None] - depth[None]
        for plane, more in ((outside, 0.0), (frame, rim)):
            share = np.asarray(np.clip(0.5 - away + more, 0, 1), np.float32)
            np.maximum(plane, np.rot90(share, int(turn)), out=plane)
    grain = 1 + rng.uniform(0, 0.3) * clouds(rng, side, rng.uniform(3, 60))
    light = paper * rng.uniform(0.01, 0.8) * np.clip(grain, 0.3, 1.7)
    if rim:
        light = light * outside + paper * rng.uniform(0.01, 0.2) * (1 - outside)
    return Around(frame, np.asarray(light, np.float32))
