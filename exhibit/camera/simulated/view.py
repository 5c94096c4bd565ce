"""Where a point of the table lands in the frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

VIEW_MM = (340.0, 255.0)
"""Width and height of the table that the camera sees at least."""


def px_per_mm(size_px: tuple[int, int]) -> float:
    """Return the scale of a frame of a width and height in pixels."""
    return min(size_px[0] / VIEW_MM[0], size_px[1] / VIEW_MM[1])


def detail_px(size_px: tuple[int, int]) -> float:
    """Return how many pixels of a frame are one pixel of a frame of 640 by 480."""
    return px_per_mm(size_px) / px_per_mm((640, 480))


def table_to_camera(
    size_px: tuple[int, int], mirrored: bool, tilt: float, rng: np.random.Generator
) -> Matrix:
    """Return the (3, 3) homography from table millimetres to frame pixels.

    Args:
        size_px: width and height of the frame.
        mirrored: True for a camera below the table.
        tilt: 0 looks straight at the table, 1 is as far off as a careless mounting.
        rng: draws which way it is off.
    """
    width, height = size_px
    scale = px_per_mm(size_px)
    sign = -1.0 if mirrored else 1.0
    # Pixel centres are whole numbers, so the middle of the frame lies half a pixel lower.
    middle = ((width - 1) / 2, (height - 1) / 2)
    straight = np.array([[sign * scale, 0, middle[0]], [0, scale, middle[1]], [0, 0, 1.0]])
    half = np.array([width / 2, height / 2])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + half
    # Corners only go inwards, so that the whole view stays in the frame.
    off = rng.uniform(0, 0.05, (4, 2)) * np.sign(half - corners) * half * tilt
    skew = cv2.getPerspectiveTransform(
        corners.astype(np.float32), (corners + off).astype(np.float32)
    )
    return np.asarray(np.asarray(skew, np.float64) @ straight)


def knock(size_px: tuple[int, int], rng: np.random.Generator) -> Matrix:
    """Return what a bump into the camera does to frame pixels: a few pixels and a small turn."""
    width, height = size_px
    angle = float(rng.choice([-1, 1]) * rng.uniform(0.008, 0.02))
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), np.degrees(angle), 1.0)
    matrix[:2, 2] += rng.uniform(4, 9, 2) * rng.choice([-1, 1], 2) * detail_px(size_px)
    return matrix


def tremble(size_px: tuple[int, int], shake_px: float, t_s: float, phase: float) -> Matrix:
    """Return what a camera that shakes does to frame pixels at a time: a shift to and fro."""
    angles = 2 * np.pi * np.array([[1.3, 4.1], [1.7, 5.3]]) * t_s + phase * np.array([1.0, 2.0])
    x, y = shake_px * detail_px(size_px) * (np.sin(angles) @ [0.7, 0.3])
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def pose_matrix(pose: NDArray[np.float64]) -> Matrix:
    """Return the (3, 3) matrix from sheet to table millimetres for a pose x_mm, y_mm, angle, side.

    `side` is 1, or -1 for a sheet that was turned over.
    """
    cos, sin, side = np.cos(pose[2]), np.sin(pose[2]), pose[3]
    return np.array([[side * cos, -sin, pose[0]], [side * sin, cos, pose[1]], [0, 0, 1.0]])


def project(matrix: NDArray[np.floating], points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Map (n, 2) points by a homography."""
    mapped = cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(np.float64), matrix)
    return np.asarray(mapped, np.float64).reshape(-1, 2)
