"""Photographs of sheets for tests: drawn by a program, so that the ink is known."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

CORNERS = np.array([[60, 90], [420, 50], [530, 400], [120, 440]], np.float32)
"""Of the sheet in `on_desk`, in pixels of 640 × 480."""
_FLAT = np.array([[0, 0], [400, 0], [400, 300], [0, 300]], np.float32)


def doodle(width_px: int = 3, ink: int = 70, paper: int = 210) -> Pixels:
    """Return a figure of lines on a sheet, (300, 400) uint8."""
    pixels = np.full((300, 400), paper, np.uint8)
    cv2.circle(pixels, (200, 90), 40, ink, width_px, cv2.LINE_AA)
    for start, end in (
        ((200, 130), (200, 210)),
        ((130, 160), (270, 170)),
        ((200, 210), (150, 270)),
        ((200, 210), (255, 268)),
    ):
        cv2.line(pixels, start, end, ink, width_px, cv2.LINE_AA)
    return pixels


def on_desk(sheet: Pixels, desk: tuple[int, int, int], seed: int = 0) -> Pixels:
    """Lay a sheet (300, 400) on a desk of one colour with grain; (480, 640, 3) uint8."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 25, (480, 640)).astype(np.float32), (0, 0), 9, sigmaY=1)
    frame = np.asarray(desk, np.float32) + grain[..., None]
    matrix = cv2.getPerspectiveTransform(_FLAT, CORNERS)
    colour = cv2.merge([sheet] * 3) if sheet.ndim == 2 else sheet
    # Larger first, so that the sheet's edge has the blur of a lens and no stairs.
    seen = cv2.warpPerspective(colour, matrix, (640, 480), flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.full(sheet.shape[:2], 255, np.uint8), matrix, (640, 480))
    share = inside.astype(np.float32)[..., None] / 255
    light = frame * (1 - share) + seen * share
    light = cv2.GaussianBlur(light, (0, 0), 0.7) + rng.normal(0, 1.5, light.shape)
    return np.clip(light, 0, 255).astype(np.uint8)


def lines_seen(sheet: Pixels, below: int = 140) -> NDArray[np.bool_]:
    """Return (480, 640) bool, True where the ink of a sheet lies in `on_desk`."""
    ink = (sheet < below).astype(np.uint8) * np.uint8(255)
    matrix = cv2.getPerspectiveTransform(_FLAT, CORNERS)
    return np.asarray(cv2.warpPerspective(ink, matrix, (640, 480)) > 127)
