"""Pages to learn from: ink of known place on paper, as a camera or a scanner sees it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats
from models.ink_judge.paper import (
    Around,
    blurred,
    clouds,
    make_finger,
    make_paper,
    make_surroundings,
    ruled_lines,
)
from models.ink_judge.strokes import Random, draw_hairlines, draw_layer, random_outline

SIDE_PX = 384
_GAMMAS = (1.0, 2.2)
_LEAST_OVER_NOISE = 3.2 / 190.0
"""Ink fainter than about three times the noise is not asked for; noise in grey levels."""


@dataclass(frozen=True, slots=True, eq=False)
class LearntPage:
    """A page (side, side) uint8, and where its ink is, (side, side) bool."""

    pixels: NDArray[np.uint8]
    ink: NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class _Drawn:
    """Ink so far: the share of each pixel that is covered, and of its light that is taken."""

    covered: Floats
    taken: Floats


@dataclass(frozen=True, slots=True)
class _Camera:
    """How light becomes grey levels."""

    gamma: float
    blur_px: float
    noise: float

    def taken(self, contrast: float) -> float:
        """Return the share of light to take for a contrast between grey levels."""
        return float(1 - (1 - contrast) ** self.gamma)


def make_page(seed: int, number: int) -> LearntPage:
    """Make a page; the same numbers make the same page."""
    rng = np.random.default_rng((seed, number))
    camera = _Camera(
        float(rng.choice(_GAMMAS, p=[0.35, 0.65])),
        float(rng.uniform(0.4, 1.6)),
        float(np.exp(rng.uniform(np.log(0.5), np.log(6.0)))),
    )
    main = float(rng.uniform(0.12, 0.35) if rng.random() < 0.25 else rng.uniform(0.35, 0.9))
    drawn = _draw(rng, camera, main)
    ink = drawn.covered > 0.5
    taken = blurred(drawn.taken, camera.blur_px)
    light = make_paper(rng, SIDE_PX)
    if rng.random() < 0.65:
        light *= _other_side(rng, camera, main, bool(ink.any()))
    if rng.random() < 0.15 and main > 0.35:
        lines = ruled_lines(rng, SIDE_PX, camera.blur_px)
        light *= 1 - camera.taken(rng.uniform(0.05, 0.55) * main) * lines
    for chance, make in ((0.06, make_finger), (0.22, make_surroundings)):
        if rng.random() < chance:
            around = make(rng, SIDE_PX, float(light.mean()))
            light, taken, ink = _behind(around, light, taken, ink)
    return LearntPage(_expose(rng, camera, blurred(light, 0.5) * (1 - taken)), ink)


def _behind(
    around: Around, light: Floats, taken: Floats, ink: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    share = around.share
    return light * (1 - share) + around.light * share, taken * (1 - share), ink & (share < 0.5)


def _expose(rng: Random, camera: _Camera, light: Floats) -> NDArray[np.uint8]:
    levels = 255 * np.clip(light, 0, 1) ** (1 / camera.gamma)
    levels = levels + rng.normal(0, camera.noise, light.shape)
    pixels = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        return pixels
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 97))]
    coded = cv2.imencode(".jpg", pixels, quality)[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def _draw(rng: Random, camera: _Camera, main: float) -> _Drawn:
    """Draw with up to three pens, perhaps a fine and faint one too, and perhaps a crayon."""
    empty = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    drawn = _Drawn(empty, empty.copy())
    for number in range(int(rng.choice([0, 1, 2, 3], p=[0.04, 0.6, 0.26, 0.1]))):
        contrast = main if number == 0 else float(main * rng.uniform(0.3, 1.4))
        if rng.random() < 0.12:
            contrast = float(rng.uniform(0.1, 0.35))
        contrast = min(0.93, max(contrast, 0.1, _LEAST_OVER_NOISE * camera.noise))
        layer = draw_layer(rng, SIDE_PX)
        tone = _tone(rng, camera, contrast, layer)
        drawn.taken = np.maximum(drawn.taken, layer * tone)
        drawn.covered = np.maximum(drawn.covered, layer)
    if rng.random() < 0.25:
        thin = draw_hairlines(rng, SIDE_PX)
        contrast = max(float(rng.uniform(0.1, 0.35)), _LEAST_OVER_NOISE * camera.noise)
        drawn.taken = np.maximum(drawn.taken, thin * np.float32(camera.taken(contrast)))
        drawn.covered = np.maximum(drawn.covered, thin)
    if rng.random() < 0.14:
        _crayon(rng, camera, drawn)
    return drawn


def _tone(rng: Random, camera: _Camera, contrast: float, layer: Floats) -> Floats:
    """Return the share of light that a pen takes: uneven, grainy, its hairlines fainter."""
    tone = np.full((SIDE_PX, SIDE_PX), camera.taken(contrast), np.float32)
    if rng.random() < 0.6:
        uneven = 1 + rng.uniform(0.03, 0.3) * clouds(rng, SIDE_PX, rng.uniform(20, 150))
        tone *= np.clip(uneven, 0.35, 1.3)
    if rng.random() < 0.4:
        grain = 1 + rng.uniform(0.05, 0.45) * clouds(rng, SIDE_PX, rng.uniform(1.3, 4))
        tone *= np.clip(grain, 0.1, 1.3)
    if rng.random() < 0.15:
        thin = np.float32(camera.taken(0.18))
        tone = thin + (tone - thin) * np.clip(2 * blurred(layer, 4), 0, 1)
    return np.asarray(np.clip(tone, 0, 0.96), np.float32)


def _crayon(rng: Random, camera: _Camera, drawn: _Drawn) -> None:
    """Fill an outline with a light crayon; ink are the outline and what is darker inside of it."""
    outline, thick = random_outline(rng, SIDE_PX), int(rng.integers(2, 6))
    body = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    cv2.fillPoly(body, [outline], 255, cv2.LINE_AA)
    rubbed = np.clip(0.6 + 0.5 * clouds(rng, SIDE_PX, rng.uniform(1.5, 4)), 0, 1)
    stretched = cv2.blur(rubbed, (1, int(rng.integers(3, 12)))) if rng.random() < 0.7 else rubbed
    darkness = float(rng.uniform(0.4, 0.9))
    light = camera.taken(darkness * rng.uniform(0.2, 0.65)) * stretched * (body / np.float32(255))
    drawn.taken = np.maximum(drawn.taken, np.asarray(light, np.float32))
    dark = np.zeros_like(body)
    cv2.polylines(dark, [outline], True, 255, thick, cv2.LINE_AA)
    x, y, width, height = cv2.boundingRect(outline)
    for _ in range(int(rng.integers(0, 4))):
        at = (int(rng.uniform(x, x + width)), int(rng.uniform(y, y + height)))
        cv2.circle(dark, at, int(rng.uniform(2, 14)), 255, -1, cv2.LINE_AA)
    covered = np.asarray(dark, np.float32) / np.float32(255)
    drawn.taken = np.maximum(drawn.taken, covered * np.float32(camera.taken(darkness)))
    drawn.covered = np.maximum(drawn.covered, covered)


def _other_side(rng: Random, camera: _Camera, main: float, has_ink: bool) -> Floats:
    """Return the share of light left beside what soaked or shines through, (side, side) float32.

    What soaked through is sharper and much fainter than the ink; what shines through may be dark.
    """
    layer = draw_layer(rng, SIDE_PX)[:, ::-1]
    soaked = rng.random() < 0.6
    least, most = (0.9, 2.6) if soaked else (2.6, 7.0)
    blur_px = float(np.exp(rng.uniform(np.log(least), np.log(most))))
    blur_px = max(blur_px, 1.5 * camera.blur_px)
    if not has_ink or main < 0.4:
        blur_px = max(blur_px, 3.0)
    contrast = float(rng.uniform(0.05, 0.8 if blur_px > 2.6 else 0.5))
    if blur_px <= 2.6:
        contrast = min(contrast, 0.65 * main)
    where: Floats | float = 1.0
    if rng.random() < 0.6:
        where = np.clip(0.6 + 0.5 * clouds(rng, SIDE_PX, 120), 0, 1)
    seen = blurred(np.ascontiguousarray(layer), blur_px)
    return np.asarray(1 - camera.taken(contrast) * where * seen, np.float32)
