"""Writing the printed sheet at true size, as PDF or PNG."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from calibration.printed_sheet import Sheet, black_rectangles, ruler_text
from exhibit.contract.errors import InputError
from exhibit.contract.printed import POINTS_PER_MM, pdf_file, with_density

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
    """Return a PDF of one page; its shapes are exact, whatever the printer's resolution.

    Source: ISO 32000-1:2008, 8.5 (paths), 9.4 (text).
    """
    width, height = sheet.width_mm * POINTS_PER_MM, sheet.height_mm * POINTS_PER_MM
    drawing = ["0 g"]
    for x, y, w, h in black_rectangles(sheet):
        left, bottom = x * POINTS_PER_MM, height - (y + h) * POINTS_PER_MM
        drawing.append(
            f"{left:.4f} {bottom:.4f} {w * POINTS_PER_MM:.4f} {h * POINTS_PER_MM:.4f} re"
        )
    drawing.append("f")
    x, y, text = ruler_text(sheet)
    at = f"{x * POINTS_PER_MM:.2f} {height - y * POINTS_PER_MM:.2f}"
    drawing.append(f"BT /F {_TEXT_PT} Tf {at} Td ({text}) Tj ET")
    content = "\n".join(drawing).encode("ascii")
    return pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] "
            "/Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>".encode("ascii"),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


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
