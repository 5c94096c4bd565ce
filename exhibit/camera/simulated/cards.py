"""Printed tokens on the simulated table: a card with a marker in toner, seen through the sheet."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from exhibit.camera.simulated.layers import Exposed
from exhibit.camera.simulated.paper import PAPER, Box
from exhibit.camera.simulated.view import Matrix, pose_matrix, project
from exhibit.contract import token_card
from exhibit.contract.values import Floats, TokenTruth

_TONER = 0.1
"""Light that carbon toner leaves, as a share of that of its paper."""
_SHADOW, _SHADOW_MM = 0.06, 1.2
"""A card that does not lie quite flat darkens what is around it."""
_MARGIN_MM = 6.0
"""Of the texture around the card, for its shadow."""
_PX_PER_MM = 4.0
_HALF = token_card.MARKER_MM / 2
_MARKER = np.array([[-_HALF, -_HALF], [_HALF, -_HALF], [_HALF, _HALF], [-_HALF, _HALF]])


@cache
def _texture(number: int) -> Floats:
    """Return (h, w, 2) float32: a card's share of the light of paper, and where the card is.

    Outside of the card the share is that of the paper in its shadow.
    """
    left, top, right, bottom = token_card.CARD_MM
    size = (
        round((right - left + 2 * _MARGIN_MM) * _PX_PER_MM),
        round((bottom - top + 2 * _MARGIN_MM) * _PX_PER_MM),
    )
    inner = round(_MARGIN_MM * _PX_PER_MM)
    card = np.zeros((size[1], size[0]), np.float32)
    card[inner:-inner, inner:-inner] = 1.0
    shade = cv2.GaussianBlur(card, (0, 0), _SHADOW_MM * _PX_PER_MM)
    share = np.asarray(1.0 - _SHADOW * shade, np.float32)
    share[card > 0] = 1.0
    side = round(token_card.MARKER_MM * _PX_PER_MM)
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, token_card.DICTIONARY))
    cells = cv2.aruco.generateImageMarker(dictionary, number, token_card.CELLS)
    marker = cv2.resize(cells, (side, side), interpolation=cv2.INTER_NEAREST)
    x, y = (round((-_HALF - edge + _MARGIN_MM) * _PX_PER_MM) for edge in (left, top))
    share[y : y + side, x : x + side] = np.where(marker > 0, 1.0, _TONER)
    caption = np.full(share.shape, 255, np.uint8)
    at = (x, y + side + round(9 * _PX_PER_MM))
    cv2.putText(caption, f"Token {number}", at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2, cv2.LINE_AA)
    share *= _TONER + (1 - _TONER) * caption / np.float32(255)
    return np.dstack([share, card])


def _texture_to_card() -> Matrix:
    left, top, _, _ = token_card.CARD_MM
    scale = 1 / _PX_PER_MM
    return np.array(
        [
            [scale, 0, left - _MARGIN_MM + scale / 2],
            [0, scale, top - _MARGIN_MM + scale / 2],
            [0, 0, 1.0],
        ]
    )


class Card:
    """One token in the frame.

    Attributes:
        corners: (4, 2) float32 of its marker in frame pixels.

    Args:
        number: of its marker.
        exposed: pose of the card at the beginning, middle and end of the exposure.
        to_camera: (3, 3) table to camera.
    """

    def __init__(self, number: int, exposed: Exposed, to_camera: Matrix) -> None:
        first, self._to_frame, last = (to_camera @ pose_matrix(pose) for pose in exposed)
        self.number, self._angle = number, float(exposed[1][2])
        self.corners = project(self._to_frame, _MARKER).astype(np.float32)
        way = np.abs(project(last, _MARKER) - project(first, _MARKER)).max(axis=0)
        self._smear_px = (1 + int(way[0]), 1 + int(way[1]))

    def look(self, box: Box) -> tuple[Floats, Floats]:
        """Return reflectance of what is above the sheet in a box of pixels, and where the card is.

        Both (h, w) float32; the reflectance around the card is that of nothing but its shadow.
        """
        shift = np.array([[1, 0, -box[0]], [0, 1, -box[1]], [0, 0, 1.0]])
        matrix = shift @ self._to_frame @ _texture_to_card()
        size = (box[2] - box[0], box[3] - box[1])
        seen = cv2.warpPerspective(
            _texture(self.number),
            matrix,
            size,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(1.0, 0.0, 0.0, 0.0),
        )
        if max(self._smear_px) > 1:
            seen = cv2.blur(seen, self._smear_px)
        return np.asarray(seen[..., 0] * np.float32(PAPER)), np.asarray(seen[..., 1], np.float32)

    def truth(self, rests: bool) -> TokenTruth:
        """Return what is known of it; `rests` where it lies still."""
        return TokenTruth(self.number, self.corners, float(np.degrees(self._angle)), rests)
