"""A scan kept as Photoshop's file must not be a negative, nor refused as no picture."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from exhibit.pictures import PictureError, page_images
from tests.exhibit.pictures.test_tiff import INK, PAPER, drawing

LAYERS = b"layers, which are skipped"


def _packed(row: bytes) -> bytes:
    """PackBits of a row: its first byte as a run of one, the rest as runs of equal bytes."""
    found, at = b"\x80\x00" + row[:1], 1  # 128 stands for nothing
    while at < len(row):
        run = next((n for n in range(1, min(128, len(row) - at)) if row[at + n] != row[at]), 0)
        run = run or min(128, len(row) - at)
        found += bytes([(257 - run) % 256]) + row[at : at + 1]
        at += run
    return found


def photoshop(
    planes: np.ndarray, bits: int, mode: int, version: int = 1, rle: bool = False
) -> bytes:
    """A file of planes (C, H, W); of one bit they are packed."""
    channels, height, width = planes.shape
    kind = ">u2" if bits == 16 else np.uint8
    data = np.packbits(planes, axis=2) if bits == 1 else planes.astype(kind)
    rows = [row.tobytes() for plane in data for row in plane]
    head = struct.pack(">4sH6xHIIHH", b"8BPS", version, channels, height, width, bits, mode)
    head += (
        struct.pack(">II", 0, 0) + struct.pack(">Q" if version == 2 else ">I", len(LAYERS)) + LAYERS
    )
    if not rle:
        return head + b"\0\0" + b"".join(rows)
    rows = [_packed(row) for row in rows]
    lengths = np.array([len(row) for row in rows], ">u4" if version == 2 else ">u2").tobytes()
    return head + b"\0\1" + lengths + b"".join(rows)


@pytest.mark.parametrize("rle", [False, True])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("mode", "channels"), [(1, 1), (3, 3), (3, 4), (4, 4), (8, 1)])
def test_photoshop_of_sixteen_bits_is_the_drawing(
    mode: int, channels: int, version: int, rle: bool
) -> None:
    values = np.rint(drawing() / PAPER * 65535).astype(np.uint16)
    planes = np.stack([values] * channels)
    if mode == 4:
        planes[3] = 65535  # no black ink
    (found,) = page_images(photoshop(planes, 16, mode, version, rle))
    assert found.max() == 255 and found[30, 10, 0] == pytest.approx(INK / PAPER * 255, abs=1)


def test_photoshop_of_sixteen_bits_keeps_its_colours() -> None:
    red = np.stack([np.full((4, 4), top, np.uint16) for top in (65535, 0, 0)])
    (found,) = page_images(photoshop(red, 16, 3))
    assert found[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("version", [1, 2])
def test_photoshop_of_black_and_white_is_no_negative(version: int) -> None:
    ink = (drawing() == INK)[None]
    (found,) = page_images(photoshop(ink, 1, 0, version))
    assert np.array_equal(found[..., 0] == 0, ink[0]) and found.max() == 255


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (photoshop(np.zeros((1, 4, 4)), 16, 1)[:-2], "ends too early"),
        (photoshop(np.zeros((1, 4, 4)), 16, 1, rle=True)[:-20], "ends too early"),
        (photoshop(np.zeros((1, 4, 4)), 16, 1)[:30], "ends too early"),
        (photoshop(np.zeros((1, 4, 4)), 32, 1), "of 32 bits in mode 1; expected grey, RGB or CMYK"),
        (photoshop(np.zeros((1, 4, 4)), 16, 3), "damaged Photoshop file"),
    ],
)
def test_photoshop_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError, match=reason):
        next(page_images(data))
