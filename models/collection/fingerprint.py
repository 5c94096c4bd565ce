"""Recognise a drawing that came twice: a perceptual hash."""

import cv2
import numpy as np
from numpy.typing import NDArray

COMPARED_PX = 32
FREQUENCIES = 12
LARGEST_DIFFERENCE = 14
"""Two drawings whose fingerprints differ in at most this many of 143 bits are one."""


def fingerprint(square: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Signs of a drawing's low frequencies, which scanning twice does not change.

    Args:
        square: (side, side) uint8.

    Returns:
        (143,) bool.

    Source: C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010,
        section 3.2 (DCT hash); ours keeps 12 x 12 frequencies because line drawings are sparse.
    """
    soft = cv2.GaussianBlur(square, (0, 0), square.shape[0] / 85)
    small = cv2.resize(soft, (COMPARED_PX, COMPARED_PX), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:FREQUENCIES, :FREQUENCIES].ravel()[1:]
    return low > np.median(low)


class Fingerprints:
    """The fingerprints of the drawings kept so far."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._bits = np.empty((0, FREQUENCIES**2 - 1), bool)

    def find(self, bits: NDArray[np.bool_]) -> str | None:
        """Name of the drawing with nearly the same fingerprint, or None."""
        if not self._names:
            return None
        difference = np.count_nonzero(self._bits[: len(self._names)] != bits, axis=1)
        nearest = int(difference.argmin())
        return self._names[nearest] if difference[nearest] <= LARGEST_DIFFERENCE else None

    def rename(self, name: str, new: str) -> None:
        """Let another drawing stand for one that was remembered."""
        self._names[self._names.index(name)] = new

    def add(self, name: str, bits: NDArray[np.bool_]) -> None:
        """Remember a drawing."""
        if len(self._names) == len(self._bits):
            room = np.zeros((max(64, len(self._bits)), FREQUENCIES**2 - 1), bool)
            self._bits = np.concatenate([self._bits, room])
        self._bits[len(self._names)] = bits
        self._names.append(name)
