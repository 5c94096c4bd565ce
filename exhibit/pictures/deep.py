"""PNG and JPEG 2000 of more than eight bits a sample.

Pillow keeps the upper eight of the colours of a PNG, in which those of a 12-bit scanner are black,
and of a JPEG 2000 it counts white past the end, to black.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from exhibit.pictures.levels import PictureError, Rgb, Samples, to_rgb

_PNG = b"\x89PNG\r\n\x1a\n"
_CODESTREAM = b"\xff\x4f\xff\x51"
"""How one of JPEG 2000 begins: its start, and then its size (ISO/IEC 15444-1, A.5.1)."""


def bits_of(data: bytes) -> int:
    """Return the bits a sample of a PNG or JPEG 2000; 8 of all others."""
    if data[:8] == _PNG:
        return max(8, data[24])
    at = data.find(_CODESTREAM) + 42
    if 42 <= at < len(data) and (data[:4] == _CODESTREAM or data[4:8] == b"jP  "):
        return max(8, (data[at] & 0x7F) + 1)
    return 8


def decode(data: bytes, bits: int, image: Image.Image) -> Rgb | None:
    """Decode a picture, not turned upright; None where its channels are none that OpenCV knows.

    Args:
        data: the file.
        bits: of its samples.
        image: the same, opened by Pillow.

    Raises:
        PictureError: it is damaged.
    """
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None:
        if data[:8] == _PNG:
            raise PictureError("damaged PNG")
        return None
    values = found.reshape(*found.shape[:2], -1)
    count = values.shape[2]
    if count >= 3:
        values = values[..., [2, 1, 0, 3][:count]]
    unseen = image.info.get("transparency")
    if count == 1 and isinstance(unseen, int):  # of grey OpenCV does not say which is transparent
        opaque = np.where(values == unseen, 0, (1 << bits) - 1).astype(values.dtype)
        values, count = np.concatenate([values, opaque], axis=2), 2
    return to_rgb(Samples(values, bits, 3 if count >= 3 else 1, alpha=count in (2, 4)))
