"""The paper: make it white, and tell pen drawings from coloured pages, photographs and blanks."""

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.ink.images import as_gray

ESTIMATE_PX = 512
"""The paper's brightness is estimated on a page reduced to this longer side."""
DARKEST_PAPER = 0.7
"""Where the local estimate is darker than this share of the page's paper, it is ink, not paper."""
WHITE_POINT = 0.93
"""Grey over paper from here on is white: grain, foxing and print from the back."""
BLACK_POINT_LIMIT = 0.4
"""Faint ink is darkened, but nothing lighter than this becomes black."""
CHROMA = 50
"""Difference of the largest and smallest channel from which a pixel has a colour."""


def whiten(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a scan into black ink on white paper, whatever the paper's colour and light.

    Args:
        rgb: (height, width, 3) uint8.

    Returns:
        (height, width) uint8, paper at 255 and the darkest ink near 0.
    """
    grey = as_gray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    ratio = grey / _paper_brightness(grey)
    inked = ratio[ratio < 0.6]
    black = min(float(np.percentile(inked, 5)), BLACK_POINT_LIMIT) if inked.size else 0.0
    level = (ratio - black) / (WHITE_POINT - black)
    return np.rint(np.clip(level, 0, 1) * 255).astype(np.uint8)


def _paper_brightness(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Local brightness of the paper: the brightest nearby, smoothed, never as dark as ink."""
    height, width = grey.shape
    scale = min(1.0, ESTIMATE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = as_gray(cv2.medianBlur(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), 3))
    paper = _paper_level(small)
    reach = max(3, round(0.06 * max(size))) | 1
    bright = cv2.dilate(small, np.ones((reach, reach), np.uint8))
    smooth = cv2.blur(bright, (reach, reach)).astype(np.float32)
    local = np.clip(smooth, DARKEST_PAPER * paper, 255)
    return np.maximum(cv2.resize(local, (width, height), interpolation=cv2.INTER_LINEAR), 1)


def _paper_level(grey: NDArray[np.uint8]) -> int:
    """The most frequent grey of the page's lighter half: that of its paper."""
    histogram = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    middle = int(np.median(grey))
    histogram[: min(middle, 250) // 2 + 1] = 0
    return max(1, int(np.convolve(histogram, np.ones(5), mode="same").argmax()))


def is_coloured(rgb: NDArray[np.uint8]) -> bool:
    """Whether a page shows more than one colour on its paper.

    Yellowed paper is balanced to white first. Ink of one hue (sepia, blue) is a pen drawing.

    Args:
        rgb: (height, width, 3) uint8.

    Returns:
        True for painted and colour-printed pages.
    """
    scale = min(1.0, ESTIMATE_PX / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    paper = [max(_paper_level(np.ascontiguousarray(small[..., c])), 1) for c in range(3)]
    balanced = np.clip(small * (255 / np.array(paper)), 0, 255).astype(np.float32)
    chroma = balanced.max(2) - balanced.min(2)
    coloured = balanced[chroma > CHROMA]
    share = len(coloured) / chroma.size
    if share < 0.004:
        return False
    hue = cv2.cvtColor(coloured[None] / 255, cv2.COLOR_RGB2HSV)[0, :, 0] * (np.pi / 180)
    agreement = abs(np.exp(1j * hue).mean())
    return bool(share > 0.25 or agreement < 0.9)


def tone_share(grey: NDArray[np.uint8]) -> float:
    """Share of the ink that is a continuous half-tone: high in photographs and washes.

    The soft edge of a pen line is one or two pixels wide; a tone survives an erosion.

    Args:
        grey: (height, width) uint8, a whitened page.

    Returns:
        0.0 (pen) .. 1.0 (photograph).
    """
    middling = ((grey > 50) & (grey < 200)).astype(np.uint8)
    tone = cv2.erode(middling, np.ones((3, 3), np.uint8))
    inked = np.count_nonzero(grey < 200)
    return float(tone.sum() / inked) if inked else 0.0
