"""What pens leave on a page: lines, writing, print, hatching, filled shapes and dots."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats

Canvas = NDArray[np.uint8]
Random = np.random.Generator

_SCALE = 2
"""Strokes are drawn at this multiple of the page's size, for smooth edges."""
_FINE = 3
"""Bits after the point in coordinates that OpenCV draws at."""
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz" * 4 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def draw_layer(rng: Random, side: int) -> Floats:
    """Draw all that one pen leaves on a page.

    Args:
        rng: where chance comes from.
        side: of the page in pixels.

    Returns:
        (side, side) float32, the share of each pixel that ink covers.
    """
    canvas = np.zeros((_SCALE * side, _SCALE * side), np.uint8)
    width_px = _SCALE * float(np.exp(rng.uniform(np.log(0.9), np.log(7.0))))
    kind = str(rng.choice(list(_KINDS), p=[share for _, share in _KINDS.values()]))
    _KINDS[kind][0](rng, canvas, width_px)
    small = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def draw_hairlines(rng: Random, side: int) -> Floats:
    """Draw fine lines alone, one to two pixels wide; see `draw_layer`."""
    canvas = np.zeros((_SCALE * side, _SCALE * side), np.uint8)
    _doodle(rng, canvas, _SCALE * float(rng.uniform(1.0, 2.2)))
    small = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def draw_path(rng: Random, canvas: Canvas, points: NDArray[np.float64], width_px: float) -> None:
    """Draw a path (n, 2); the pen's pressure is even, or swells and fades away."""
    swing = float(rng.choice([0.0, 0.3, 0.8]))
    phase = rng.uniform(0, 2 * np.pi) + np.linspace(0, rng.uniform(2, 20), len(points))
    widths = width_px * np.clip(1 + swing * np.sin(phase), 0.12, 3)
    fixed = np.rint(points * (1 << _FINE)).astype(int)
    for start, end, width in zip(fixed[:-1], fixed[1:], widths[1:], strict=True):
        ends = (int(start[0]), int(start[1])), (int(end[0]), int(end[1]))
        cv2.line(canvas, *ends, 255, max(1, round(float(width))), cv2.LINE_AA, _FINE)


def curve(knots: NDArray[np.float64], each: int) -> NDArray[np.float64]:
    """Return a smooth path through knots (n, 2), `each` points between two (Catmull-Rom)."""
    at = np.linspace(0, len(knots) - 1, each * len(knots))
    k = np.clip(at.astype(int), 0, len(knots) - 2)
    u = (at - k)[:, None]
    before, here = knots[np.maximum(k - 1, 0)], knots[k]
    there, after = knots[k + 1], knots[np.minimum(k + 2, len(knots) - 1)]
    bent = (2 * before - 5 * here + 4 * there - after) * u**2
    bent = bent + (3 * here - before - 3 * there + after) * u**3
    return np.asarray(0.5 * (2 * here + (there - before) * u + bent), np.float64)


def _doodle(rng: Random, canvas: Canvas, width_px: float) -> None:
    side = canvas.shape[0]
    for _ in range(int(rng.integers(2, 11))):
        steps = rng.normal(0, side * rng.uniform(0.02, 0.15), (int(rng.integers(3, 9)), 2))
        knots = np.cumsum(steps, axis=0) + rng.uniform(0, side, 2)
        draw_path(rng, canvas, curve(knots, 24), width_px * rng.uniform(0.7, 1.4))


def _writing(rng: Random, canvas: Canvas, width_px: float) -> None:
    side, x_height, lean = canvas.shape[0], width_px * rng.uniform(3, 6), rng.uniform(-0.5, 0.9)
    baseline = rng.uniform(0, x_height)
    while baseline < side + x_height:
        x = rng.uniform(-50, 150)
        while x < side:
            count = int(rng.integers(4, 14))
            heights = rng.choice([0, -1, -0.5, -1.9, 0.9], count, p=[0.35, 0.35, 0.1, 0.12, 0.08])
            ahead = np.cumsum(rng.uniform(0.1, 0.6, count))
            turns = x_height * np.stack([ahead, heights + rng.normal(0, 0.1, count)], axis=1)
            turns[:, 0] -= lean * turns[:, 1]
            draw_path(rng, canvas, curve(turns, 10) + np.array([x, baseline]), width_px)
            x += ahead[-1] * x_height + x_height * rng.uniform(0.5, 2)
        baseline += x_height * rng.uniform(2.5, 4.5)


def _print(rng: Random, canvas: Canvas, width_px: float) -> None:
    size = float(np.exp(rng.uniform(np.log(0.5), np.log(3.0))))
    font, thick = int(rng.choice(_FONTS)), max(1, round(size * rng.uniform(1, 4)))
    baseline = rng.uniform(0, 40)
    while baseline < canvas.shape[0] + 40:
        words = ["".join(rng.choice(_LETTERS, int(rng.integers(1, 11)))) for _ in range(12)]
        start = (int(rng.uniform(-60, 40)), int(baseline))
        cv2.putText(canvas, " ".join(words), start, font, size, 255, thick, cv2.LINE_AA)
        baseline += size * rng.uniform(34, 50)


def _hatching(rng: Random, canvas: Canvas, width_px: float) -> None:
    side = canvas.shape[0]
    for _ in range(int(rng.integers(1, 5))):
        angle, length = rng.uniform(0, np.pi), rng.uniform(30, 250)
        along = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-along[1], along[0]]) * width_px * rng.uniform(1.6, 5)
        corner = rng.uniform(0, side, 2)
        for number in range(int(rng.integers(5, 30))):
            start = corner + number * across + rng.normal(0, 0.3 * width_px, 2)
            end = start + along * length * rng.uniform(0.7, 1.2)
            draw_path(rng, canvas, np.linspace(start, end, 3), width_px)


def _shapes(rng: Random, canvas: Canvas, width_px: float) -> None:
    for _ in range(int(rng.integers(1, 5))):
        outline = random_outline(rng, canvas.shape[0])
        if rng.random() < 0.25:
            cv2.polylines(canvas, [outline], True, 255, max(1, round(width_px)), cv2.LINE_AA)
            continue
        cv2.fillPoly(canvas, [outline], 255, cv2.LINE_AA)
        if rng.random() < 0.3:
            x, y, width, height = cv2.boundingRect(outline)
            hole = (int(rng.uniform(x, x + width)), int(rng.uniform(y, y + height)))
            reach = max(2, int(min(width, height) * rng.uniform(0.05, 0.25)))
            cv2.circle(canvas, hole, reach, 0, -1, cv2.LINE_AA)


def random_outline(rng: Random, side: int) -> NDArray[np.int32]:
    """Return the corners (n, 2) of an ellipse or a polygon somewhere on a canvas."""
    centre = rng.uniform(0, side, 2)
    reach = np.exp(rng.uniform(np.log(8.0), np.log(140.0), 2))
    if rng.random() < 0.5:
        turned = int(rng.uniform(0, 180))
        at, axes = (int(centre[0]), int(centre[1])), (int(reach[0]), int(reach[1]))
        return np.asarray(cv2.ellipse2Poly(at, axes, turned, 0, 360, 5), np.int32)
    turns = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 10))))
    corners = np.stack([np.cos(turns), np.sin(turns)], axis=1) * reach
    return np.asarray(centre + corners * rng.uniform(0.5, 1.2, (len(turns), 1)), np.int32)


def _dots(rng: Random, canvas: Canvas, width_px: float) -> None:
    for _ in range(int(rng.integers(3, 40))):
        x, y = rng.uniform(0, canvas.shape[0], 2)
        reach = max(1, int(width_px * rng.uniform(0.5, 2)))
        cv2.circle(canvas, (int(x), int(y)), reach, 255, -1, cv2.LINE_AA)


_KINDS: dict[str, tuple[Callable[[Random, Canvas, float], None], float]] = {
    "doodle": (_doodle, 0.27),
    "writing": (_writing, 0.25),
    "print": (_print, 0.16),
    "hatching": (_hatching, 0.07),
    "shapes": (_shapes, 0.2),
    "dots": (_dots, 0.05),
}
"""By name: what draws it, and how often."""
