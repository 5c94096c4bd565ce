"""Files for a printer: PDF and PNG that know their size in millimetres."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

POINTS_PER_MM = 72 / 25.4
_PNG_HEADER_BYTES = 33  # signature and the IHDR chunk


def pdf_file(objects: Sequence[bytes]) -> bytes:
    """Return a PDF of numbered objects; the first is the catalogue.

    Source: ISO 32000-1:2008, 7.5 (file structure).
    """
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


def picture_pdf(pixels: NDArray[np.uint8], size_mm: tuple[float, float]) -> bytes:
    """Return a PDF of one page that a picture fills.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        size_mm: width and height of the paper.

    Source: ISO 32000-1:2008, 8.9.5 (image dictionaries), 7.4.4 (FlateDecode).
    """
    width, height = (side * POINTS_PER_MM for side in size_mm)
    content = b"q %.3f 0 0 %.3f 0 0 cm /I Do Q" % (width, height)
    packed = zlib.compress(np.ascontiguousarray(pixels).tobytes())
    return pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents 4 0 R "
            b"/Resources << /XObject << /I 5 0 R >> >> >>" % (width, height),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB "
            b"/BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
            % (pixels.shape[1], pixels.shape[0], len(packed), packed),
        ]
    )


def with_density(png: bytes, pixels_per_mm: int) -> bytes:
    """Return a PNG that says how large it is on paper.

    Source: PNG (third edition), 11.3.4.3, pHYs.
    """
    density = b"pHYs" + struct.pack(">IIB", pixels_per_mm * 1000, pixels_per_mm * 1000, 1)
    chunk = struct.pack(">I", len(density) - 4) + density + struct.pack(">I", zlib.crc32(density))
    return png[:_PNG_HEADER_BYTES] + chunk + png[_PNG_HEADER_BYTES:]
