"""What lies on the table, in frame pixels: a sheet and its ink, redrawn only where it changed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.paper import Box, Paper
from exhibit.camera.simulated.view import Matrix, pose_matrix, project
from exhibit.camera.simulated.visit import SHEET_MM

Floats = NDArray[np.float32]

_CORNERS_MM = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1.0]]) * np.array(SHEET_MM) / 2
_MIDDLE_MM = np.zeros((1, 2))

Exposed = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


class Scene:
    """The reflectance of the table with one sheet.

    Attributes:
        reflectance: (H, W) float32 as the lens draws it, 0..1.
        ink: (H, W) uint8 ground truth, 0 ink and 255 paper.
        sheet: (4, 2) float32 corners in frame pixels in the visitor's order (top left, top right,
            bottom right, bottom left), or None when no part of it is in view.
    """

    def __init__(self, bare: Floats, paper: Paper, defocus_px: float) -> None:
        self._bare = bare
        self._paper = paper
        self._defocus_px = defocus_px
        self._reach_px = int(np.ceil(4 * defocus_px)) + 1
        self._pose: tuple[float, ...] | None = None
        self._smear_px = (1, 1)
        self._view: Matrix | None = None
        self._alpha = np.zeros_like(bare)
        self.reflectance = bare.copy()
        self.ink = np.full(bare.shape, 255, np.uint8)
        self.sheet: Floats | None = None

    def show(self, t_s: float, exposed: Exposed, to_camera: Matrix) -> Box | None:
        """Bring the scene to a time; returns the box of pixels that changed.

        Args:
            t_s: seconds, for the ink.
            exposed: pose of the sheet at the beginning, middle and end of the exposure.
            to_camera: (3, 3) table to camera.
        """
        changed = self._paper.draw_until(t_s)
        key = tuple(float(value) for pose in exposed for value in pose)
        height, width = self._bare.shape
        first, to_frame, last = (to_camera @ pose_matrix(pose) for pose in exposed)
        moved = key != self._pose or to_camera is not self._view
        if not moved and (changed is None or self.sheet is None):
            return None
        texture_to_frame = to_frame @ np.linalg.inv(self._paper.sheet_to_texture)
        box: Box = (0, 0, width, height)
        if moved:
            self._pose, self._view = key, to_camera
            self._outline(project(to_frame, _CORNERS_MM))
            way = np.abs(project(last, _MIDDLE_MM) - project(first, _MIDDLE_MM))[0]
            self._smear_px = (1 + int(way[0]), 1 + int(way[1]))
        elif changed is not None:
            box = self._box_of(changed, texture_to_frame)
        self._redraw(box, texture_to_frame)
        return box

    def _outline(self, corners: NDArray[np.float64]) -> None:
        """Find out where the sheet is in the frame."""
        height, width = self._bare.shape
        low, high = corners.min(axis=0), corners.max(axis=0)
        inside = bool((high > 0).all() and low[0] < width and low[1] < height)
        self.sheet = corners.astype(np.float32) if inside else None
        self._alpha.fill(0)
        if inside:
            points = np.round(corners * 16).astype(np.int32)
            cv2.fillConvexPoly(self._alpha, points, 1.0, cv2.LINE_AA, 4)

    def _box_of(self, changed: Box, texture_to_frame: Matrix) -> Box:
        x0, y0, x1, y1 = changed
        corners = project(
            texture_to_frame, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)
        )
        height, width = self._bare.shape
        reach = self._reach_px + 1
        low = np.clip(np.floor(corners.min(axis=0)) - reach, 0, [width, height]).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0)) + reach, 0, [width, height]).astype(int)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def _redraw(self, box: Box, texture_to_frame: Matrix) -> None:
        """Draw one box of pixels anew, with enough around it for the lens's blur."""
        height, width = self._bare.shape
        margin = self._reach_px
        x0, y0 = max(0, box[0] - margin), max(0, box[1] - margin)
        x1, y1 = min(width, box[2] + margin), min(height, box[3] + margin)
        if x0 >= x1 or y0 >= y1:
            return
        area = np.s_[y0:y1, x0:x1]
        shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
        matrix, size = shift @ texture_to_frame, (x1 - x0, y1 - y0)
        alpha = self._alpha[area]
        tone = cv2.warpPerspective(
            self._paper.tone, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        sharp = self._bare[area] + alpha * (tone - self._bare[area])
        blurred = cv2.GaussianBlur(sharp, (0, 0), self._defocus_px)
        if max(self._smear_px) > 1:
            blurred = cv2.blur(blurred, self._smear_px)
        inner = np.s_[box[1] - y0 : box[3] - y0, box[0] - x0 : box[2] - x0]
        target = np.s_[box[1] : box[3], box[0] : box[2]]
        self.reflectance[target] = blurred[inner]
        if not self._paper.is_blank:
            covered = cv2.warpPerspective(
                self._paper.coverage, matrix, size, flags=cv2.INTER_LINEAR
            )
            self.ink[target] = np.where(covered[inner] > 0.5, 0, 255)
