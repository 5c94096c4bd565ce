"""What ink is like: features of a frozen network, compared with those of the drawings.

Where only an outline is drawn, shape says all there is to say. The more is drawn inside, the more
it matters what it is: a network that has seen a million pictures tells a cow from a tortoise.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import onnxruntime as ort

from exhibit.contract.errors import BundleError
from exhibit.contract.values import Floats, Gray
from exhibit.recall.faces import is_face
from exhibit.recall.measured import Measured

INK_PX = 96
"""Side of the ink that the network sees."""
EXTENT, WIDTH_PX = 0.88, 1.5
"""Longer side of the ink's box as a share of that, and width of its lines."""
_WORTH, _WORTH_INSIDE, _MOST_INSIDE = 0.4, 2.0, 0.35
"""Score of the same meaning, for a closed shape, and more by the share that lies inside of it; what
is filled with lines is a hatching, or writing, and means no more for it."""
FACE, FACING = 0.6, 0.5
"""Score of a detail where the ink is a face, since heads are what is cut out of figures, and what
one that is seen from the front scores beside: so people draw them."""
INPUT, OUTPUT = "ink", "features"


@dataclass(frozen=True, slots=True, eq=False)
class KnownMeanings:
    """What a network says of the drawings, and the network.

    Args:
        network: ONNX, `ink` (1, 1, 96, 96) in -1 .. 1 to `features` (1, k).
        codes: (n, 2, k) float32 of unit length, of every drawing as it is and turned over.
        centre: (k,) float32, mean of what the network says of ink.
    """

    network: bytes
    codes: Floats
    centre: Floats


class Meaning:
    """An open network, and what it says of the drawings."""

    def __init__(self, known: KnownMeanings, faces: Floats) -> None:
        """Open the network.

        Args:
            known: of n drawings.
            faces: (n,) what drawings score beside where the ink is a face.

        Raises:
            BundleError: it is no such network.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = ort.InferenceSession(
                known.network, options, providers=["CPUExecutionProvider"]
            )
            blank = np.full((INK_PX, INK_PX), 255, np.uint8)
            found = self._session.run([OUTPUT], {INPUT: self._input(blank)})
        except Exception as error:  # noqa: BLE001 - ONNX Runtime has no narrower common class
            raise BundleError(f"not a network of meaning: {str(error).splitlines()[0]}") from None
        expected = (1, len(known.centre))
        if found[0].shape != expected:
            raise BundleError(
                f"gives {found[0].shape} numbers, expected {expected} as in the index"
            )
        self._known, self._faces = known, faces

    def features(self, ink: Gray) -> Floats:
        """Return what the network says of ink (S, S) uint8, wherever and how large it is: (k,)."""
        (found,) = self._session.run([OUTPUT], {INPUT: self._input(ink)})
        return np.asarray(found[0], np.float32)

    def alike(self, ink: Gray, measured: Measured) -> Floats:
        """Return what likeness adds to the scores of all drawings, as they are and turned over.

        Returns:
            (n, 2) float32, for drawings of which the ink is the whole.
        """
        code = self.features(ink) - self._known.centre
        code /= max(float(np.linalg.norm(code)), 1e-6)
        worth = (_WORTH + _WORTH_INSIDE * min(measured.inside, _MOST_INSIDE)) * measured.closed
        liked = worth * (self._known.codes @ code)
        if is_face(ink):
            liked = liked + self._faces[:, None]
        return np.asarray(liked, np.float32)

    def _input(self, ink: Gray) -> Floats:
        return framed(ink)[None, None].astype(np.float32) / 127.5 - 1


def framed(ink: Gray) -> Gray:
    """Bring ink (S, S) uint8 to the size and width of line that the network knows.

    Returns:
        (96, 96) uint8, 0 ink .. 255 paper; paper where there is no ink.
    """
    rows, columns = np.nonzero(ink < 128)
    if len(rows) == 0:
        return np.full((INK_PX, INK_PX), 255, np.uint8)
    top, left = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) + 1 - top, int(columns.max()) + 1 - left
    scale = EXTENT * INK_PX / max(height, width)
    # Lines are made as wide as they have to be before they are shrunk, or after they were enlarged.
    around = cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    line_px = 2 * len(rows) / max(np.count_nonzero(around > 128) / 2, 1)
    if line_px * scale < WIDTH_PX - 0.5:
        ink = np.asarray(cv2.erode(ink, np.ones((3, 3), np.uint8)), np.uint8)
    shift = INK_PX / 2 - scale * np.array([left + width / 2, top + height / 2])
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)
    if scale < 1:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.45 / scale), np.uint8)
    seen = cv2.warpAffine(ink, matrix, (INK_PX, INK_PX), borderValue=255)
    spare = round(line_px * scale - WIDTH_PX)
    if spare > 0:
        seen = cv2.dilate(seen, np.ones((spare + 1, spare + 1), np.uint8))
    return np.asarray(seen, np.uint8)
