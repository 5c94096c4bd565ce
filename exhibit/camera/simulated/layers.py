"""One sheet in frame pixels: where it lies, its tone and its ink."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.paper import Box, Paper
from exhibit.camera.simulated.raised import CORNERS_MM, RaisedView, Rise, look_at
from exhibit.camera.simulated.view import Matrix, pose_matrix, project
from exhibit.contract.values import Floats, Gray

Exposed = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

_MIDDLE_MM = np.zeros((1, 2))
_EDGE_TEXELS = 2.0


class Layer:
    """A sheet with its paper; `place` says where it lies now.

    Attributes:
        corners: (4, 2) float32 in frame pixels in the visitor's order, or None out of view.
        alpha: (H, W) float32, 1 where the frame shows the sheet.
        raised: how it is seen while a part of it is off the glass, or None.
        smear_px: how many pixels it moves in x and y during the exposure, and one.
    """

    def __init__(self, paper: Paper, shape: tuple[int, int]) -> None:
        self.paper = paper
        self.corners: Floats | None = None
        self.alpha = np.zeros(shape, np.float32)
        self.raised: RaisedView | None = None
        self.smear_px = (1, 1)
        self._key: tuple[object, ...] = ()
        self._texture_to_frame: Matrix = np.eye(3)

    def place(self, exposed: Exposed, to_camera: Matrix, rise: Rise | None) -> bool:
        """Lay the sheet where it is.

        Args:
            exposed: pose of the sheet at the beginning, middle and end of the exposure.
            to_camera: (3, 3) table to camera.
            rise: what has left the glass, or None.

        Returns:
            Whether anything is different from before.
        """
        key = (*(float(v) for pose in exposed for v in pose), to_camera.tobytes(), rise)
        if key == self._key:
            return False
        self._key = key
        first, to_frame, last = (to_camera @ pose_matrix(pose) for pose in exposed)
        self._texture_to_frame = to_frame @ np.linalg.inv(self.paper.sheet_to_texture)
        self._outline(project(to_frame, CORNERS_MM))
        way = np.abs(project(last, _MIDDLE_MM) - project(first, _MIDDLE_MM))[0]
        self.smear_px = (1 + int(way[0]), 1 + int(way[1]))
        height, width = self.alpha.shape
        self.raised = None
        if rise is not None:
            self.raised = look_at(rise, pose_matrix(exposed[1]), to_camera, (width, height))
        return True

    def _outline(self, corners: NDArray[np.float64]) -> None:
        """Find out where the sheet is in the frame."""
        height, width = self.alpha.shape
        low, high = corners.min(axis=0), corners.max(axis=0)
        inside = bool((high > 0).all() and low[0] < width and low[1] < height)
        self.corners = corners.astype(np.float32) if inside else None
        self.alpha.fill(0)
        if inside:
            points = np.round(corners * 16).astype(np.int32)
            cv2.fillConvexPoly(self.alpha, points, 1.0, cv2.LINE_AA, 4)

    def box_of(self, changed: Box, reach_px: int) -> Box:
        """Return the pixels that texels in a box may change through a lens of some reach."""
        x0, y0, x1, y1 = changed
        texels = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)
        corners = project(self._texture_to_frame, texels)
        height, width = self.alpha.shape
        low = np.clip(np.floor(corners.min(axis=0)) - reach_px, 0, [width, height]).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0)) + reach_px, 0, [width, height]).astype(int)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def look(self, box: Box) -> tuple[Floats, Floats]:
        """Return tone and coverage by the sheet of a box of pixels, both float32."""
        x0, y0, x1, y1 = box
        area = np.s_[y0:y1, x0:x1]
        if self.raised is None:
            tone = self._warped(self.paper.tone, box, cv2.BORDER_REPLICATE)
            return tone, self.alpha[area]
        to_texture = self.paper.sheet_to_texture
        at = self.raised.points[area] * np.float32(to_texture[0, 0])
        at += to_texture[:2, 2].astype(np.float32)
        x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
        seen = cv2.remap(self.paper.tone, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        height, width = self.paper.tone.shape
        within = np.minimum(at, np.array([width - 1, height - 1], np.float32) - at).min(axis=2)
        alpha = np.clip(0.5 + within / np.float32(_EDGE_TEXELS), 0, 1)
        return np.asarray(seen, np.float32), np.asarray(alpha, np.float32)

    def ink(self, box: Box) -> Gray:
        """Return the truth about the ink in a box of pixels, where it lies on the glass."""
        return self._marked(self.paper.coverage, box)

    def mass(self, box: Box) -> Gray:
        """Return the truth about ink that fills shapes in, like `ink`."""
        return self._marked(self.paper.filled, box)

    def _marked(self, share: Floats, box: Box) -> Gray:
        """Return 0 where a texture (h, w) of shares is more than half, 255 elsewhere."""
        if self.paper.is_blank or self.corners is None:
            return np.full((box[3] - box[1], box[2] - box[0]), 255, np.uint8)
        seen = self._warped(share, box, cv2.BORDER_CONSTANT)
        return np.asarray(np.where(seen > 0.5, 0, 255), np.uint8)

    def _warped(self, texture: Floats, box: Box, border: int) -> Floats:
        shift = np.array([[1, 0, -box[0]], [0, 1, -box[1]], [0, 0, 1.0]])
        size = (box[2] - box[0], box[3] - box[1])
        matrix = shift @ self._texture_to_frame
        return np.asarray(
            cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border),
            np.float32,
        )
