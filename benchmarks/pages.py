"""Stand-in for scanned handwriting: pages made by a program, with their exact ink.

Two kinds: `clean` pages have thin, uneven ink, paper texture and a little bleed-through; `stained`
pages have strong stains, dark margins, faint words and ink that shines through from the back.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray

KINDS = ("clean", "stained")


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page (H, W) uint8 and its truth (H, W) uint8, 0 ink and 255 paper."""

    pixels: Gray
    truth: Gray


def make_page(seed: int, kind: str) -> Page:
    """Make one page; the same seed and kind give the same page."""
    rng = np.random.default_rng((seed, KINDS.index(kind)))
    bad = 1.0 if kind == "stained" else 0.0
    shape = (int(rng.integers(500, 900)), int(rng.integers(900, 1500)))
    width_px = float(rng.uniform(2.5, 6.5))
    blank = paper(rng, shape, bad)
    front = handwriting(rng, shape, width_px)
    strength = _ink_strength(rng, shape, bad)
    back = cv2.flip(handwriting(rng, shape, width_px * 1.2), 1)
    seep = cv2.GaussianBlur(back, (0, 0), rng.uniform(1.0, 2.5))
    depth = rng.uniform(0.0, 0.2 + 0.22 * bad)
    where = np.clip(0.5 + 0.5 * clouds(rng, shape, 200), 0, 1.1)
    page = blank * (1 - depth * seep * where)
    page *= 1 - strength * cv2.GaussianBlur(front, (0, 0), rng.uniform(0.7, 1.6))
    page += rng.normal(0, rng.uniform(1.0, 5.0), shape)
    pixels = np.clip(page, 0, 255).astype(np.uint8)
    quality = int(rng.integers(60, 95))
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    pixels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return Page(pixels, np.where(front > 0.5, 0, 255).astype(np.uint8))


def clouds(rng: np.random.Generator, shape: tuple[int, int], grain_px: float) -> Floats:
    small = (max(2, round(shape[0] / grain_px) + 2), max(2, round(shape[1] / grain_px) + 2))
    coarse = rng.standard_normal(small, dtype=np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def paper(rng: np.random.Generator, shape: tuple[int, int], bad: float) -> Floats:
    """Return grey levels of the blank page: tone, fibres, folds, stains, dark margins."""
    height, width = shape
    tone = rng.uniform(170, 225) + (6 + 10 * bad) * clouds(rng, shape, 250)
    tone += rng.uniform(1, 4) * clouds(rng, shape, 2.5) + rng.uniform(1, 4) * clouds(rng, shape, 9)
    for _ in range(int(rng.integers(0, 3 + round(4 * bad)))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
        away = np.hypot(xx - x, (yy - y) * rng.uniform(0.6, 1.8)) + 25 * clouds(rng, shape, 60)
        edge = rng.uniform(3, 40)
        inside = 1 / (1 + np.exp(np.clip((away - rng.uniform(40, 260)) / edge, -30, 30)))
        tone *= 1 - rng.uniform(0.05, 0.15 + 0.5 * bad) * inside
    if rng.random() < 0.3 + 0.5 * bad:
        side = np.linspace(0, 1, width, dtype=np.float32)[None]
        side = side if rng.random() < 0.5 else side[:, ::-1]
        tone *= 1 - rng.uniform(0.2, 0.7) * np.clip((side - rng.uniform(0.7, 0.97)) / 0.08, 0, 1)
    if bad:
        tone = _old(rng, np.asarray(tone, np.float32))
    for _ in range(int(rng.integers(0, 2 + round(2 * bad)))):
        ends = rng.uniform(0, 1, (2, 2)) * [width, height]
        fold = np.zeros(shape, np.float32)
        first, last = ends.astype(int).tolist()
        cv2.line(fold, first, last, 1.0, int(rng.integers(1, 6)))
        tone *= 1 - rng.uniform(0.03, 0.2) * cv2.GaussianBlur(fold, (0, 0), rng.uniform(1, 4))
    return np.asarray(np.clip(tone, 20, 250), np.float32)


def _old(rng: np.random.Generator, tone: Floats) -> Floats:
    """Add foxing spots, and the dark table beyond a torn edge of the page."""
    height, width = tone.shape
    for _ in range(int(rng.integers(0, 60))):
        spot = np.zeros_like(tone)
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        axes = (int(rng.uniform(2, 14)), int(rng.uniform(2, 14)))
        cv2.ellipse(spot, centre, axes, rng.uniform(0, 180), 0, 360, 1.0, -1)
        spot = cv2.GaussianBlur(spot, (0, 0), rng.uniform(1.5, 6)) + 0.1 * spot
        tone = tone * (1 - rng.uniform(0.05, 0.4) * spot)
    for side in range(4):
        if rng.random() < 0.35:
            turned = np.rot90(tone, side)
            depth = rng.uniform(5, 60) + 8 * clouds(rng, (1, turned.shape[1]), 40)
            depth = depth + 2 * clouds(rng, (1, turned.shape[1]), 4)
            outside = np.clip(depth - np.arange(turned.shape[0])[:, None], 0, 1)
            shade = np.exp(-np.abs(np.arange(turned.shape[0])[:, None] - depth) / 6)
            turned = turned * (1 - 0.25 * shade) * (1 - outside) + outside * rng.uniform(15, 70)
            tone = np.rot90(turned, -side)
    return np.ascontiguousarray(tone, np.float32)


def _ink_strength(rng: np.random.Generator, shape: tuple[int, int], bad: float) -> Floats:
    """Return the share of light the ink takes: dips of the pen, faded corners, grain."""
    strength = rng.uniform(0.42, 0.7) + (0.13 + 0.03 * bad) * clouds(rng, shape, 110)
    strength += 0.07 * clouds(rng, shape, 5) - 0.1 * np.abs(clouds(rng, shape, 400))
    return np.asarray(np.clip(strength, 0.12, 0.9), np.float32)


def handwriting(rng: np.random.Generator, shape: tuple[int, int], width_px: float) -> Floats:
    """Write lines of loops with a broad nib; returns coverage 0..1."""
    height, width = shape
    scale = 2
    canvas = np.zeros((height * scale, width * scale), np.uint8)
    x_height = width_px * rng.uniform(3.5, 6.0)
    nib = rng.uniform(0, np.pi)
    baseline = x_height * 3
    while baseline < height - x_height:
        x = rng.uniform(0.03, 0.2) * width
        while x < width * 0.96:
            path = _word(rng, x_height)
            points = path + np.array([x, baseline + rng.normal(0, 0.08 * x_height)])
            _stroke(canvas, points * scale, width_px * scale, nib, rng)
            x = float(points[:, 0].max()) + x_height * rng.uniform(0.6, 1.6)
        baseline += x_height * rng.uniform(3.0, 4.6)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _word(rng: np.random.Generator, x_height: float) -> Floats:
    """Return the path (n, 2) of one word: a spline through the turns of its letters."""
    heights = [0.0, -1.0, -0.5, 0.0, -1.9, 0.9, -1.0]
    turns, x = [(0.0, -0.4)], 0.0
    for _ in range(int(rng.integers(4, 16))):
        x += float(rng.uniform(0.15, 0.5))
        lean = 0.35 * -heights[0]
        turns.append(
            (x + lean, float(rng.choice(heights, p=[0.3, 0.3, 0.1, 0.1, 0.08, 0.06, 0.06])))
        )
        if rng.random() < 0.4:
            turns.append((x - float(rng.uniform(0.1, 0.45)), float(rng.uniform(-1.0, 0.1))))
    knots = np.array(turns) + rng.normal(0, 0.06, (len(turns), 2))
    knots[:, 0] -= 0.3 * knots[:, 1]
    at = np.arange(len(knots))
    fine = np.linspace(0, len(knots) - 1, 14 * len(knots))
    k = np.clip(fine.astype(int), 0, len(knots) - 2)
    u = (fine - at[k])[:, None]
    p0, p1 = knots[np.maximum(k - 1, 0)], knots[k]
    p2, p3 = knots[k + 1], knots[np.minimum(k + 2, len(knots) - 1)]
    spline = 0.5 * (
        2 * p1
        + (p2 - p0) * u
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2
        + (3 * p1 - p0 - 3 * p2 + p3) * u**3
    )
    return np.asarray(spline * x_height, np.float32)


def _stroke(
    canvas: Gray, points: Floats, width_px: float, nib: float, rng: np.random.Generator
) -> None:
    """Draw a path whose width follows its direction and the pressure of the pen."""
    steps = np.diff(points, axis=0)
    turn = np.abs(np.sin(np.arctan2(steps[:, 1], steps[:, 0]) - nib))
    pressure = 1 + 0.15 * np.sin(np.linspace(0, rng.uniform(3, 12), len(steps)))
    widths = np.maximum(1.5, width_px * (0.45 + 0.65 * turn) * pressure)
    for a, b, w in zip(points[:-1], points[1:], widths, strict=True):
        cv2.line(canvas, tuple(map(int, a)), tuple(map(int, b)), 255, max(1, round(w)), cv2.LINE_AA)
