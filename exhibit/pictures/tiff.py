"""TIFFs beyond what Pillow decodes rightly: deep, in planes, of real numbers, thumbnails inside."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from exhibit.pictures.levels import PictureError, Rgb, Samples, to_rgb

_REDUCED, _MASK = 1, 4
_WHITE_IS_ZERO, _PALETTE, _SEPARATED = 0, 3, 5
_COLOURS = {_WHITE_IS_ZERO: 1, 1: 1, 2: 3, _PALETTE: 1, _SEPARATED: 4, 6: 3}
_PREMULTIPLIED, _ALPHA = 1, 2
_NOT_OF_LIBTIFF = (34712, 34887, 34892, 50001, 50002)
"""Compressions that Pillow's library is made without: JPEG 2000, LERC, WebP, JPEG XL."""


def pages_of(data: bytes) -> list[tuple[int, tifffile.TiffPage]]:
    """List the pages of a TIFF with their numbers, without smaller copies and masks of them.

    Raises:
        PictureError: it is damaged.
    """
    try:
        # Only looked at here; their pixels are read one after the other.
        pages = [page.aspage() for page in tifffile.TiffFile(io.BytesIO(data)).pages]
    except (ValueError, KeyError, TypeError, IndexError, OSError, tifffile.TiffFileError) as error:
        raise PictureError(f"damaged TIFF: {error}") from error
    if not pages:
        raise PictureError("a TIFF without a page")
    whole = [(n, page) for n, page in enumerate(pages) if not _kind(page) & (_REDUCED | _MASK)]
    return whole or list(enumerate(pages))


def is_plain(page: tifffile.TiffPage) -> bool:
    """Whether Pillow decodes a page rightly: up to 8 bits a sample, all of one depth."""
    bits = page.bitspersample
    if int(page.compression) in _NOT_OF_LIBTIFF:
        return False  # it says so on standard error, where a command's own lines are
    if page.colormap is not None and np.max(page.colormap) < 256:
        return False  # a palette of 8 bits in its 16, which Pillow divides to black
    return isinstance(bits, int) and bits <= 8 and page.sampleformat in (1, None)


def decode(page: tifffile.TiffPage) -> Rgb:
    """Decode a page of any depth, upright.

    Raises:
        PictureError: its colours or compression are not known.
    """
    photometric = int(page.photometric)
    if photometric not in _COLOURS:
        raise PictureError(f"TIFF of colours {page.photometric!r}, expected grey, RGB or CMYK")
    try:
        stored = page.asarray()
    except (ValueError, KeyError, TypeError, RuntimeError, OSError) as error:
        raise PictureError(f"TIFF: {str(error).splitlines()[0]}") from error
    values = _channels_last(stored, page)
    if photometric == _PALETTE:
        colours = np.asarray(page.colormap).transpose(1, 0)[values[..., 0]]
        return upright(to_rgb(Samples(colours, 16, 3)), _orientation(page))
    colours = _COLOURS[photometric]
    extra = page.extrasamples[0] if page.extrasamples else 0
    samples = Samples(
        values,
        _bits(page, values),
        colours,
        white_is_zero=photometric in (_WHITE_IS_ZERO, _SEPARATED),
        alpha=extra in (_PREMULTIPLIED, _ALPHA) and values.shape[2] > colours,
        premultiplied=extra == _PREMULTIPLIED,
    )
    return upright(to_rgb(samples), _orientation(page))


def upright(pixels: Rgb, orientation: int) -> Rgb:
    """Turn and mirror pixels as an EXIF orientation (1..8) says."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _channels_last(stored: NDArray[Any], page: tifffile.TiffPage) -> NDArray[Any]:
    """(H, W, C), of whatever order the page has."""
    axes = page.axes
    if not set(axes) <= set("SYX") or axes.count("Y") != 1:
        raise PictureError(f"TIFF of axes {axes}, expected one picture")
    if "S" not in axes:
        return stored[..., None]
    return np.moveaxis(stored, axes.index("S"), -1)


def _bits(page: tifffile.TiffPage, values: NDArray[Any]) -> int:
    bits = page.bitspersample
    deepest = bits if isinstance(bits, int) else max(bits)
    return int(deepest) if values.dtype.kind != "b" else 1


def _kind(page: tifffile.TiffPage) -> int:
    return int(page.subfiletype or 0)


def _orientation(page: tifffile.TiffPage) -> int:
    tag = page.tags.get("Orientation")
    return int(tag.value) if tag is not None else 1
