"""Files for a printer: PDF and PNG that know their size in millimetres."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exhibit.contract.values import Gray

POINTS_PER_MM = 72 / 25.4
RULER_MM = 100.0
_RULER_WIDTH_MM, _RULER_END_MM = 0.8, 3.0
_PNG_HEADER_BYTES = 33  # signature and the IHDR chunk


Rectangle = tuple[float, float, float, float]
"""x, y, width, height in millimetres from the upper left of the paper."""


Colour = tuple[float, float, float]
"""Red, green and blue, each 0 to 1."""
BLACK: Colour = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text: millimetres of the lower left of it, and its size in points."""

    x_mm: float
    y_mm: float
    size_pt: float
    line: str
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line: its two ends in millimetres, and how wide it is."""

    start_mm: tuple[float, float]
    end_mm: tuple[float, float]
    width_mm: float
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Page:
    """A page of true size: solid black rectangles and text, above tinted ones and lines."""

    width_mm: float
    height_mm: float
    black: Sequence[Rectangle]
    texts: Sequence[Text]
    tints: Sequence[tuple[Rectangle, Colour]] = ()
    strokes: Sequence[Stroke] = ()


def ruler(x_mm: float, y_mm: float) -> list[Rectangle]:
    """Return a line of `RULER_MM` with an end on either side, to check a print by."""
    width, end = _RULER_WIDTH_MM, _RULER_END_MM
    ends = (x_mm, x_mm + RULER_MM - width)
    return [
        (x_mm, y_mm, RULER_MM, width),
        *((at, y_mm - end, width, 2 * end + width) for at in ends),
    ]


def pages_pdf(pages: Sequence[Page]) -> bytes:
    """Return a PDF whose shapes are exact, whatever the printer's resolution.

    Source: ISO 32000-1:2008, 8.5 (paths), 9.4 (text), D.2 (WinAnsiEncoding).
    """
    font = 3
    kids = b" ".join(b"%d 0 R" % (font + 1 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for page in pages:
        size = (page.width_mm * POINTS_PER_MM, page.height_mm * POINTS_PER_MM)
        content = _content_of(page)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %d 0 R "
            b"/Resources << /Font << /F %d 0 R >> >> >>" % (*size, len(objects) + 2, font),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        ]
    return pdf_file(objects)


def _content_of(page: Page) -> bytes:
    scale, height = POINTS_PER_MM, page.height_mm

    def box(rectangle: Rectangle) -> bytes:
        x, y, w, h = rectangle
        place = (x * scale, (height - y - h) * scale, w * scale, h * scale)
        return b"%.4f %.4f %.4f %.4f re" % place

    lines = [b"%b rg %b f" % (_colour(colour), box(tint)) for tint, colour in page.tints]
    for stroke in page.strokes:
        ends = [(x * scale, (height - y) * scale) for x, y in (stroke.start_mm, stroke.end_mm)]
        drawn = (stroke.width_mm * scale, *ends[0], *ends[1])
        lines.append(b"%b RG %.3f w %.3f %.3f m %.3f %.3f l S" % (_colour(stroke.colour), *drawn))
    lines += [b"0 g", *map(box, page.black), b"f"]
    for text in page.texts:
        line = text.line.encode("cp1252", "replace")
        for special in (b"\\", b"(", b")"):
            line = line.replace(special, b"\\" + special)
        at = (text.size_pt, text.x_mm * scale, (height - text.y_mm) * scale)
        shown = (_colour(text.colour), *at, line)
        lines.append(b"%b rg BT /F %g Tf %.2f %.2f Td (%b) Tj ET" % shown)
    return b"\n".join(lines)


def _colour(colour: Colour) -> bytes:
    return b"%.3f %.3f %.3f" % colour


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


def picture_pdf(pixels: Gray, size_mm: tuple[float, float]) -> bytes:
    """Return a PDF of one page that a picture fills.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        size_mm: width and height of the paper.

    Source: ISO 32000-1:2008, 8.9.5 (image dictionaries), 7.4.4 (FlateDecode).
    """
    width, height = (side * POINTS_PER_MM for side in size_mm)
    content = b"q %.3f 0 0 %.3f 0 0 cm /I Do Q" % (width, height)
    packed = zlib.compress(pixels.tobytes())
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
