"""Photoshop's files beyond what Pillow decodes rightly: large, of sixteen bits, of black and white.

Source: Adobe Photoshop File Formats Specification (2019), "File Header" and "Image Data". Read is
the picture that Photoshop keeps beside the layers, which lies on white already.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from exhibit.pictures.levels import PictureError, Rgb, Samples, to_rgb

BEGINS = b"8BPS"
_HEAD = struct.Struct(">4sH6xHIIHH")
_BITMAP, _CMYK = 0, 4
_COLOURS = {_BITMAP: 1, 1: 1, 3: 3, _CMYK: 4, 8: 1}
_RAW, _PACKED = 0, 1


def needs_more_than_pillow(data: bytes) -> bool:
    """Return whether a Photoshop file is none of eight bits a sample below 30,000 pixels."""
    if data[:4] != BEGINS or len(data) < _HEAD.size:
        return False
    _, version, *_, bits, mode = _HEAD.unpack_from(data)
    return bool(version != 1 or bits != 8 or mode == _BITMAP)


def size_of(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels."""
    _, _, _, height, width, _, _ = _HEAD.unpack_from(data)
    return width, height


def decode(data: bytes) -> Rgb:
    """Decode the picture beside the layers.

    Raises:
        PictureError: it is damaged, or its colours or compression are not known.
    """
    _, version, channels, height, width, bits, mode = _HEAD.unpack_from(data)
    if mode not in _COLOURS or bits not in (1, 8, 16):
        raise PictureError(
            f"Photoshop file of {bits} bits in mode {mode}; expected grey, RGB or CMYK of 8 or 16"
        )
    colours = _COLOURS[mode]
    if channels < colours:
        raise PictureError("damaged Photoshop file")
    row_bytes = (width * bits + 7) // 8
    try:
        rows = _rows(data, _image_at(data, version), version, channels * height, row_bytes)
    except struct.error:
        raise PictureError("a Photoshop file that ends too early") from None
    planes = rows.reshape(channels, height, row_bytes)[:colours]
    if bits == 1:  # ink is 1
        values = 1 - np.unpackbits(planes, axis=2)[..., :width]
    else:
        values = planes.view(">u2" if bits == 16 else np.uint8).astype(np.uint16)
    # Of its CMYK white is the highest value, as in a JPEG's.
    return to_rgb(Samples(np.moveaxis(values, 0, -1), bits, colours))


def _image_at(data: bytes, version: int) -> int:
    """Return where the picture begins: after palette, resources and layers."""
    at = _HEAD.size
    for kind in (">I", ">I", ">Q" if version == 2 else ">I"):
        (length,) = struct.unpack_from(kind, data, at)
        at += struct.calcsize(kind) + length
    return at


def _rows(data: bytes, at: int, version: int, count: int, row_bytes: int) -> NDArray[np.uint8]:
    """Return the rows (count, row_bytes) of all channels, one channel after the other."""
    (compression,) = struct.unpack_from(">H", data, at)
    at += 2
    if compression == _RAW:
        packed = data[at : at + count * row_bytes]
    elif compression == _PACKED:
        kind = ">u4" if version == 2 else ">u2"
        table = np.frombuffer(data, kind, count, at) if len(data) - at >= 4 * count else None
        if table is None:
            raise PictureError("a Photoshop file that ends too early")
        at += table.nbytes
        pieces = []
        for length in table.tolist():
            pieces.append(_unpacked(data[at : at + length], row_bytes))
            at += length
        packed = b"".join(pieces)
    else:
        raise PictureError(f"Photoshop file of compression {compression}; expected none or RLE")
    if len(packed) < count * row_bytes:
        raise PictureError("a Photoshop file that ends too early")
    return np.frombuffer(packed, np.uint8).reshape(count, row_bytes)


def _unpacked(packed: bytes, length: int) -> bytes:
    """Unpack one row of PackBits."""
    row, at = bytearray(), 0
    while at < len(packed) and len(row) < length:
        head = packed[at]
        if head < 128:
            row += packed[at + 1 : at + 2 + head]
            at += 2 + head
        else:
            if head > 128:
                row += packed[at + 1 : at + 2] * (257 - head)
            at += 2 if head > 128 else 1
    return bytes(row[:length])
