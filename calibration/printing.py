"""Writing the printed sheet at true size, as PDF or PNG."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from calibration.printed_sheet import Sheet, black_rectangles, ruler_text
from exhibit.contract.errors import InputError
from exhibit.contract.printed import Page, Text, pages_pdf, with_density

_TEXT_PT = 9
_PIXELS_PER_MM = 12


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write a sheet of marks to print.

    Raises:
        InputError: the name does not end in .pdf or .png, or the file cannot be written.
    """
    writers = {".pdf": pdf_of, ".png": png_of}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"{path}: expected a file name that ends in .pdf or .png")
    try:
        path.write_bytes(writer(sheet))
    except OSError as error:
        raise InputError(f"{path}: not written: {error.strerror}") from None


def pdf_of(sheet: Sheet) -> bytes:
    """Return a PDF of one page; its shapes are exact, whatever the printer's resolution."""
    x, y, text = ruler_text(sheet)
    texts = [Text(x, y, _TEXT_PT, text)]
    return pages_pdf([Page(sheet.width_mm, sheet.height_mm, black_rectangles(sheet), texts)])


def png_of(sheet: Sheet) -> bytes:
    """Return a PNG that knows its size in millimetres."""
    pixels = render(sheet, _PIXELS_PER_MM)
    _, encoded = cv2.imencode(".png", pixels)
    return with_density(encoded.tobytes(), _PIXELS_PER_MM)


def render(sheet: Sheet, pixels_per_mm: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Return the sheet as (H, W) uint8, 0 ink and 255 paper."""
    size = (round(sheet.height_mm * pixels_per_mm), round(sheet.width_mm * pixels_per_mm))
    pixels = np.full(size, 255, np.uint8)
    for x, y, w, h in black_rectangles(sheet):
        left, top, right, bottom = (round(v * pixels_per_mm) for v in (x, y, x + w, y + h))
        pixels[top:bottom, left:right] = 0
    x, y, text = ruler_text(sheet)
    at = (round(x * pixels_per_mm), round(y * pixels_per_mm))
    scale, thickness = pixels_per_mm / 9, max(pixels_per_mm // 6, 1)
    cv2.putText(pixels, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 0, thickness, cv2.LINE_AA)
    return pixels
