"""Paper of more than eight bits must not become black, nor ink on nothing grey."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest

from exhibit.pictures import page_images
from tests.exhibit.pictures.test_tiff import INK, PAPER, drawing


def _png(values: np.ndarray, unseen: bytes) -> bytes:
    """A PNG of sixteen bits, grey or RGB, in which one value is transparent."""
    height, width = values.shape[:2]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    head = struct.pack(">IIBBBBB", width, height, 16, 2 if values.ndim == 3 else 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"tRNS", unseen), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("top", [1023, 4095, 65535])
def test_jpeg_2000_of_many_bits_is_the_drawing(channels: int, top: int) -> None:
    values = np.rint(drawing() / PAPER * top).astype(np.uint16)
    pixels = values if channels == 1 else np.dstack([values] * channels)
    _, data = cv2.imencode(".jp2", pixels)
    (found,) = page_images(data.tobytes())
    assert found.max() == 255 and found[30, 10, 0] == pytest.approx(INK / PAPER * 255, abs=3)


def test_jpeg_2000_of_many_bits_keeps_its_colours() -> None:
    red = np.zeros((32, 32, 3), np.uint16)
    red[..., 2] = 65535
    _, data = cv2.imencode(".jp2", red)
    (found,) = page_images(data.tobytes())
    assert found[9, 9].tolist() == [255, 0, 0]


@pytest.mark.parametrize("channels", [1, 3])
def test_png_of_sixteen_bits_with_a_transparent_value_lies_on_white(channels: int) -> None:
    values = np.where(drawing() == INK, 20 * 257, 0).astype(np.uint16)
    pixels = values if channels == 1 else np.dstack([values] * channels)
    (found,) = page_images(_png(pixels, bytes(2 * channels)))
    assert np.unique(found).tolist() == [20, 255]
    assert np.array_equal(found[..., 0] == 20, drawing() == INK)


def test_ink_on_nothing_is_as_dark_as_its_opacity_is_deep() -> None:
    ink = np.full((60, 80, 3), 20 * 257, np.uint16)
    alpha = np.where(drawing() == INK, 65535, 0).astype(np.uint16)
    _, data = cv2.imencode(".png", np.dstack([ink, alpha]))
    (found,) = page_images(data.tobytes())
    assert np.unique(found).tolist() == [20, 255]


@pytest.mark.parametrize("top", [4095, 65535])
def test_netpbm_of_many_bits_is_the_drawing(top: int) -> None:
    values = np.rint(drawing() / PAPER * top).astype(">u2")
    (found,) = page_images(b"P5\n80 60\n%d\n" % top + values.tobytes())
    assert found.max() == 255 and found[30, 10, 0] == pytest.approx(INK / PAPER * 255, abs=2)
