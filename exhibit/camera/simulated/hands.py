"""Hands as the camera sees them through the paper: sharp where they touch, soft above it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.conditions import Polarity
from exhibit.camera.simulated.paper import PAPER
from exhibit.camera.simulated.texture import clouds
from exhibit.camera.simulated.view import Matrix, project
from exhibit.camera.simulated.visit import Hand

Floats = NDArray[np.float32]
Bone = tuple[float, float, float, float, float]

_PX_PER_MM = 1.25
_LEFT_MM, _RIGHT_MM, _TOP_MM, _BOTTOM_MM = -75.0, 105.0, -25.0, 330.0
_HIDDEN_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class _Layer:
    """Bones (x0, y0, x1, y1, width, all mm) at one height above the paper."""

    bones: tuple[Bone, ...]
    soft_mm: float
    bright: float
    dark: float
    opacity: float = 0.95


_ARM = _Layer(((32, 120, 46, 360, 62), (34, 130, 52, 360, 66)), 7.0, 0.92, 0.42, 0.9)
_FIST = _Layer(((22, 72, 30, 104, 62), (12, 66, 26, 92, 44)), 2.4, 1.05, 0.25)
_FINGERS = _Layer(
    ((7, 25, 26, 52, 15), (26, 52, 30, 80, 17), (-3, 31, -12, 62, 17), (-12, 62, 6, 92, 20)),
    1.6,
    1.12,
    0.22,
)
_SIDE = _Layer(((17, 36, 36, 54, 14), (30, 52, 47, 70, 14), (48, 72, 47, 116, 24)), 0.7, 1.26, 0.15)
_SHAFT = _Layer(((3, 6, 10, 24, 5.5), (8, 20, 22, 60, 9)), 1.3, 0.5, 0.2)
_TIP = _Layer(((0, 0, 1.2, 2.6, 1.4), (1, 2.2, 4, 9, 3.2)), 0.35, 0.38, 0.25)

_PALM = _Layer(((2, 92, 4, 118, 68), (26, 92, 22, 122, 40)), 0.9, 1.28, 0.14)
_SPREAD = _Layer(
    (
        (0, 4, 2, 84, 16),
        (-22, 14, -10, 84, 15),
        (22, 12, 16, 84, 15),
        (42, 32, 28, 90, 13),
        (-46, 62, -16, 104, 17),
    ),
    0.8,
    1.26,
    0.15,
)
_FLAT = _Layer(((0, 4, 4, 60, 17), (-19, 10, -10, 62, 16), (20, 9, 18, 62, 16)), 0.8, 1.24, 0.15)
_BACK = _Layer(((2, 72, 8, 112, 64), (-34, 56, -12, 100, 17)), 3.0, 1.0, 0.28)

_KINDS = {
    "pen": (_ARM, _FIST, _SIDE, _FINGERS, _SHAFT, _TIP),
    "flat": (_ARM, _BACK, _FLAT),
    "palm": (_ARM, _SPREAD, _PALM),
}
_INK_THROUGH: dict[Polarity, float] = {"bright": 0.4, "dark": 0.3}
"""Share of the ink's contrast that is left under a hand."""


@cache
def _sprite(kind: str, polarity: Polarity) -> Floats:
    """Return (h, w, 2) float32: what the hand takes from the paper behind it, and what it adds."""
    width = round((_RIGHT_MM - _LEFT_MM) * _PX_PER_MM)
    height = round((_BOTTOM_MM - _TOP_MM) * _PX_PER_MM)
    alpha = np.zeros((height, width), np.float32)
    light = np.zeros((height, width), np.float32)
    rng = np.random.default_rng(len(kind))
    skin = 1 + 0.05 * clouds(rng, (height, width), 9) + 0.03 * clouds(rng, (height, width), 3)
    for layer in _KINDS[kind]:
        cover = _cover(layer, (height, width)) * layer.opacity
        level = PAPER * (layer.bright if polarity == "bright" else layer.dark) * skin
        alpha = np.asarray(cover + alpha * (1 - cover), np.float32)
        light = np.asarray(cover * level + light * (1 - cover), np.float32)
    through = _INK_THROUGH[polarity]
    return np.dstack([alpha - through * light / PAPER, light * (1 - through)]).astype(np.float32)


def _cover(layer: _Layer, shape: tuple[int, int]) -> Floats:
    cover = np.zeros(shape, np.float32)
    for x0, y0, x1, y1, width in layer.bones:
        ends = (np.array([[x0, y0], [x1, y1]]) - [_LEFT_MM, _TOP_MM]) * _PX_PER_MM
        first, last = (tuple(map(int, np.round(end * 8))) for end in ends)
        thick = max(1, round(width * _PX_PER_MM))
        cv2.line(cover, first, last, 1.0, thick, cv2.LINE_AA, 3)
    return np.asarray(cv2.GaussianBlur(cover, (0, 0), layer.soft_mm * _PX_PER_MM), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """A hand in the frame: box x0, y0, x1, y1, `takes` and `adds` (h, w) float32."""

    box: tuple[int, int, int, int]
    takes: Floats
    adds: Floats

    @property
    def hides(self) -> NDArray[np.bool_]:
        """(h, w) bool, True where the hand, its pen or its shadow is over the paper."""
        return self.takes > _HIDDEN_SHARE


def cast(
    hand: Hand,
    t_s: float,
    exposure_s: float,
    polarity: Polarity,
    view: tuple[Matrix, tuple[int, int]],
) -> Shade | None:
    """Return the hand in the frame, or None when it is out of sight.

    Args:
        hand: who moves.
        t_s: seconds of the middle of the exposure.
        exposure_s: time of one exposure, for its blur.
        polarity: bright or dark hands.
        view: (3, 3) table to camera, and the frame's width and height.
    """
    x, y, lift = hand.track.at(t_s)
    to_camera, (width, height) = view
    matrix = to_camera @ _sprite_to_table(hand, x, y)
    sprite = _sprite(hand.kind, polarity)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]]) * [sprite.shape[1], sprite.shape[0]]
    outline = project(matrix, corners)
    x0, y0 = np.clip(np.floor(outline.min(axis=0)), 0, [width, height]).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(outline.max(axis=0)), 0, [width, height]).astype(int).tolist()
    if x0 >= x1 or y0 >= y1:
        return None
    shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
    seen = cv2.warpPerspective(sprite, shift @ matrix, (x1 - x0, y1 - y0))
    blur = _motion_blur(hand, t_s, exposure_s, to_camera) + 1 + int(lift * 8)
    if blur.max() > 1:
        seen = cv2.blur(seen, (int(blur[0]), int(blur[1])))
    return Shade(
        (x0, y0, x1, y1), np.ascontiguousarray(seen[..., 0]), np.ascontiguousarray(seen[..., 1])
    )


def _sprite_to_table(hand: Hand, x: float, y: float) -> Matrix:
    """Put the tip at (x, y) and turn the arm to its elbow; left hands are right hands mirrored."""
    along = np.array(hand.elbow_mm) - [x, y]
    along /= max(float(np.hypot(*along)), 1.0)
    # The arm of a right hand at a table comes from the right as its owner sees it.
    side = 1.0 if hand.elbow_mm[0] * hand.elbow_mm[1] > 0 else -1.0
    across = np.array([along[1], -along[0]]) * side
    scale = hand.scale / _PX_PER_MM
    matrix = np.eye(3)
    matrix[:2, 0], matrix[:2, 1] = across * scale, along * scale
    matrix[:2, 2] = [x, y]
    tip = np.array([-_LEFT_MM, -_TOP_MM]) * _PX_PER_MM
    matrix[:2, 2] -= matrix[:2, :2] @ tip
    return matrix


def _motion_blur(hand: Hand, t_s: float, exposure_s: float, to_camera: Matrix) -> NDArray[np.int_]:
    """Return how many pixels the hand moves in x and y during one exposure."""
    ends = [hand.track.at(t_s + side * exposure_s / 2)[:2] for side in (-1, 1)]
    way = np.abs(np.subtract(*project(to_camera, np.array(ends))))
    return np.asarray(np.minimum(way, 60), np.int_)
