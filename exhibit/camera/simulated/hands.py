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
from exhibit.contract.values import Floats, Gray

Bone = tuple[float, float, float, float, float]

_PX_PER_MM = 1.25
_LEFT_MM, _RIGHT_MM, _TOP_MM, _BOTTOM_MM = -75.0, 105.0, -25.0, 540.0
_HIDDEN_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class _Layer:
    """Bones (x0, y0, x1, y1, width, all mm) at one height above the paper."""

    bones: tuple[Bone, ...]
    soft_mm: float
    bright: float
    dark: float
    opacity: float = 0.95


_ARM = _Layer(((32, 120, 52, 560, 60), (36, 130, 56, 560, 62)), 7.0, 0.92, 0.42, 0.9)
_FIST = _Layer(((26, 78, 33, 106, 60), (10, 70, 26, 96, 40)), 2.4, 1.02, 0.26)
_SHAFT = _Layer(((3, 6, 10, 24, 5.5), (8, 20, 24, 66, 8)), 1.1, 0.5, 0.2)
_CURLED = _Layer(
    ((25, 46, 46, 66, 15), (20, 62, 44, 76, 15), (50, 72, 50, 118, 20), (22, 78, 46, 88, 14)),
    0.8,
    1.24,
    0.15,
)
_GRIP = _Layer(
    ((9, 22, 27, 46, 11), (27, 46, 36, 76, 14), (1, 30, -6, 52, 13), (-6, 52, 8, 88, 18)),
    1.3,
    1.13,
    0.2,
)
_TIP = _Layer(((0, 0, 1.2, 2.6, 1.4), (1, 2.2, 5, 13, 3.4)), 0.35, 0.38, 0.25)

_RUBBER = _Layer(((-4, 1, 6, 16, 15),), 0.5, 0.9, 0.25)

_PALM = _Layer(((2, 92, 4, 118, 68), (26, 92, 22, 122, 40)), 0.9, 1.24, 0.15)
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
    "pen": (_ARM, _FIST, _SHAFT, _CURLED, _GRIP, _TIP),
    "rubber": (_ARM, _FIST, _CURLED, _GRIP, _RUBBER),
    "flat": (_ARM, _BACK, _FLAT),
    "palm": (_ARM, _PALM, _SPREAD),
}
_INK_THROUGH: dict[Polarity, float] = {"bright": 0.4, "dark": 0.3}
"""Share of the ink's contrast that is left under a hand."""


@cache
def _sprite(kind: str, polarity: Polarity) -> Gray:
    """Return (h, w, 2) uint8: what the hand takes from the paper's light and adds, in 255ths."""
    width = round((_RIGHT_MM - _LEFT_MM) * _PX_PER_MM)
    height = round((_BOTTOM_MM - _TOP_MM) * _PX_PER_MM)
    alpha = np.zeros((height, width), np.float32)
    light = np.zeros((height, width), np.float32)
    rng = np.random.default_rng(len(kind))
    skin = 1 + 0.03 * clouds(rng, (height, width), 9) + 0.02 * clouds(rng, (height, width), 3)
    for layer in _KINDS[kind]:
        level = PAPER * (layer.bright if polarity == "bright" else layer.dark) * skin
        for bone in layer.bones:
            cover = _cover(bone, 1.0, layer.soft_mm, (height, width)) * layer.opacity
            # Round flesh: its middle lies on the paper, its sides curve away into the dark.
            core = _cover(bone, 0.5, layer.soft_mm + bone[4] / 6, (height, width))
            alpha = np.asarray(cover + alpha * (1 - cover), np.float32)
            lit = cover * level * (0.84 + 0.22 * core)
            light = np.asarray(lit + light * (1 - cover), np.float32)
    through = _INK_THROUGH[polarity]
    sprite = np.dstack([alpha - through * light / PAPER, light * (1 - through)])
    return np.asarray(np.clip(np.round(255 * sprite), 0, 255), np.uint8)


def _cover(bone: Bone, share: float, soft_mm: float, shape: tuple[int, int]) -> Floats:
    """Draw one bone at a share of its width with a soft edge."""
    cover = np.zeros(shape, np.float32)
    x0, y0, x1, y1, width = bone
    ends = (np.array([[x0, y0], [x1, y1]]) - [_LEFT_MM, _TOP_MM]) * _PX_PER_MM
    first, last = (tuple(map(int, np.round(end * 8))) for end in ends)
    cv2.line(cover, first, last, 1.0, max(1, round(width * share * _PX_PER_MM)), cv2.LINE_AA, 3)
    return np.asarray(cv2.GaussianBlur(cover, (0, 0), soft_mm * _PX_PER_MM), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """A hand in the frame.

    Args:
        box: x0, y0, x1, y1 in frame pixels.
        takes: (h, w) uint8 share of the light from the paper that does not arrive, in 255ths.
        adds: (h, w) uint8 reflectance added, in 255ths.
    """

    box: tuple[int, int, int, int]
    takes: Gray
    adds: Gray

    def fall_on(self, signal: Floats, field: Floats) -> None:
        """Change the (h, w) float32 signal inside the box, given the field of light there."""
        taken = cv2.multiply(signal, self.takes, scale=1 / 255, dtype=cv2.CV_32F)
        added = cv2.multiply(field, self.adds, scale=1 / 255, dtype=cv2.CV_32F)
        cv2.add(signal, cv2.subtract(added, taken), dst=signal)

    @property
    def hides(self) -> NDArray[np.bool_]:
        """(h, w) bool, True where the hand, its pen or its shadow is over the paper."""
        return self.takes > round(255 * _HIDDEN_SHARE)


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
    matrix = _affine(to_camera @ _sprite_to_table(hand, x, y))
    sprite = _sprite(hand.kind, polarity)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]]) * [sprite.shape[1], sprite.shape[0]]
    outline = corners @ matrix[:, :2].T + matrix[:, 2]
    x0, y0 = np.clip(np.floor(outline.min(axis=0)), 0, [width, height]).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(outline.max(axis=0)), 0, [width, height]).astype(int).tolist()
    if x0 >= x1 or y0 >= y1:
        return None
    matrix[:, 2] -= [x0, y0]
    seen = cv2.warpAffine(sprite, matrix, (x1 - x0, y1 - y0))
    blur = _motion_blur(hand, t_s, exposure_s, to_camera) + 1 + int(lift * 8)
    if blur.max() > 1:
        seen = cv2.blur(seen, (int(blur[0]), int(blur[1])))
    takes, adds = cv2.split(seen)
    return Shade((x0, y0, x1, y1), np.asarray(takes, np.uint8), np.asarray(adds, np.uint8))


def _affine(matrix: Matrix) -> NDArray[np.float64]:
    """Return the (2, 3) affine map that is as good as a homography near the hand's tip."""
    tip = np.array([-_LEFT_MM, -_TOP_MM]) * _PX_PER_MM
    corners = tip + np.array([[0, 0], [100, 0], [0, 100.0]])
    mapped = project(matrix, corners).astype(np.float32)
    return np.asarray(cv2.getAffineTransform(corners.astype(np.float32), mapped), np.float64)


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
