"""Writing pages at true size, as PDF for the printer or as pixels to rehearse with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.printed import Page, pages_pdf
from exhibit.contract.values import Gray

_MM_A_POINT = 25.4 / 72
_CAP_PX = 22.0
"""Height of a capital letter of OpenCV's font at scale 1."""
_CAP_SHARE = 0.72


def write_pages(path: Path, pages: Sequence[Page]) -> None:
    """Write pages to print.

    Raises:
        InputError: the name does not end in .pdf, or the file cannot be written.
    """
    if path.suffix.lower() != ".pdf":
        raise InputError(f"{path}: expected a file name that ends in .pdf")
    try:
        path.write_bytes(pages_pdf(pages))
    except OSError as error:
        raise InputError(f"{path}: not written: {error.strerror}") from None


def render(page: Page, pixels_per_mm: float) -> Gray:
    """Return a page as (H, W) uint8, 0 ink and 255 paper, for what looks at pages without paper."""
    size = (round(page.height_mm * pixels_per_mm), round(page.width_mm * pixels_per_mm))
    pixels = np.full(size, 255, np.uint8)
    for x, y, w, h in page.black:
        left, top, right, bottom = (round(v * pixels_per_mm) for v in (x, y, x + w, y + h))
        pixels[top:bottom, left:right] = 0
    for text in page.texts:
        scale = text.size_pt * _MM_A_POINT * _CAP_SHARE * pixels_per_mm / _CAP_PX
        at = (round(text.x_mm * pixels_per_mm), round(text.y_mm * pixels_per_mm))
        width = max(1, round(2 * scale))
        cv2.putText(pixels, text.line, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 0, width, cv2.LINE_AA)
    return pixels
