"""Writing the printed sheet at true size, as PDF or PNG."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np

from calibration.printed_sheet import Sheet, black_rectangles, ruler_text
from exhibit.contract.errors import InputError

_POINTS_PER_MM = 72 / 25.4
_TEXT_PT = 9
_PIXELS_PER_MM = 12
_PNG_HEADER_BYTES = 33  # signature and the IHDR chunk


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

    Source: ISO 32000-1:2008, 7.5 (file structure), 8.5 (paths), 9.4 (text).
    """
    width, height = sheet.width_mm * _POINTS_PER_MM, sheet.height_mm * _POINTS_PER_MM
    drawing = ["0 g"]
    for x, y, w, h in black_rectangles(sheet):
        left, bottom = x * _POINTS_PER_MM, height - (y + h) * _POINTS_PER_MM
        drawing.append(
            f"{left:.4f} {bottom:.4f} {w * _POINTS_PER_MM:.4f} {h * _POINTS_PER_MM:.4f} re"
        )
    drawing.append("f")
    x, y, text = ruler_text(sheet)
    at = f"{x * _POINTS_PER_MM:.2f} {height - y * _POINTS_PER_MM:.2f}"
    drawing.append(f"BT /F {_TEXT_PT} Tf {at} Td ({text}) Tj ET")
    content = "\n".join(drawing).encode("ascii")
    return _pdf_file(
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
    png = encoded.tobytes()
    density = struct.pack(">IIB", _PIXELS_PER_MM * 1000, _PIXELS_PER_MM * 1000, 1)
    chunk = b"pHYs" + density
    physical = struct.pack(">I", len(density)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:_PNG_HEADER_BYTES] + physical + png[_PNG_HEADER_BYTES:]


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


def _pdf_file(objects: list[bytes]) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    )
