"""Every picture through one door: its pages as 8-bit RGB, upright, on white."""

from __future__ import annotations

import io
import logging
import struct
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageChops, ImageCms, ImageOps, TiffImagePlugin, UnidentifiedImageError

from exhibit.contract.errors import InputError
from exhibit.contract.plain_files import plain_bytes
from exhibit.contract.values import Gray
from exhibit.pictures import deep, psd, tiff
from exhibit.pictures.levels import PictureError, Rgb, Samples, to_rgb

FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP", "JPEG2000", "HEIF", "AVIF", "PSD", "PPM")
"""What is read, by Pillow's names."""
MOST_PIXELS = 400_000_000
"""Larger pictures do not fit in the memory of a small machine."""
_LARGEST_BYTES = 4 * MOST_PIXELS
_FAULTS = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,  # Pillow's way to say that a PNG or GIF block is broken
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    Image.DecompressionBombError,
)
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ORIENTATION = 0x0112


def read_picture(path: Path) -> Rgb:
    """Read a file's picture, or the first page of it.

    Returns:
        (H, W, 3) uint8 RGB, upright as its orientation tag says, transparent parts white.

    Raises:
        InputError: there is no such file, or it is no picture that can be read whole.
    """
    try:
        data = plain_bytes(path, _LARGEST_BYTES)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; expected a picture") from None
    try:
        return next(page_images(data))
    except PictureError as error:
        raise InputError(f"{path}: {error}") from None


def read_grey(path: Path) -> Gray:
    """Read a file's picture as (H, W) uint8; see `read_picture`."""
    return grey_of(read_picture(path))


def grey_of(rgb: Rgb) -> Gray:
    """Return the brightness (H, W) uint8 of a picture (H, W, 3)."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def page_images(data: bytes) -> Iterator[Rgb]:
    """Decode the pages of a picture, of which only TIFFs have more than one.

    Args:
        data: the bytes of a file.

    Yields:
        (H, W, 3) uint8 RGB, as of `read_picture`; one at least.

    Raises:
        PictureError: empty, damaged, too large, or of no known kind.
    """
    if not data:
        raise PictureError("the file is empty")
    open_formats()
    # Pillow warns of large pictures, and of what is odd before it refuses it.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield from _tiff_pages(data) if data[:4] in _TIFF else [_one_image(data)]
        except PictureError:
            raise
        except UnidentifiedImageError:
            raise PictureError("damaged, or no picture of a known kind") from None
        except _FAULTS as error:
            raise PictureError(_cause(error)) from error


@cache
def open_formats() -> None:
    """Make Pillow know all of `FORMATS`; the first call costs some milliseconds."""
    pillow_heif.register_heif_opener()
    Image.init()
    # Samples in planes of 16 bits are scrambled without it.
    TiffImagePlugin.READ_LIBTIFF = True
    # What it finds odd is told as the reason, in the lines of the command that asks.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # it refuses twice as many


def _tiff_pages(data: bytes) -> Iterator[Rgb]:
    for number, page in tiff.pages_of(data):
        _check_size(page.imagewidth, page.imagelength)
        if not tiff.is_plain(page):
            yield tiff.decode(page)
            continue
        try:
            yield _tiff_page(data, number)
        except _FAULTS:  # three bits a sample, or a layout that Pillow does not know
            yield tiff.decode(page)


def _tiff_page(data: bytes, number: int) -> Rgb:
    with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
        image.seek(number)
        return _on_white(ImageOps.exif_transpose(image))


def _one_image(data: bytes) -> Rgb:
    if psd.needs_more_than_pillow(data):
        _check_size(*psd.size_of(data))
        return psd.decode(data)
    bits = deep.bits_of(data)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _check_size(*image.size)
        if bits > 8 and (pixels := deep.decode(data, bits, image)) is not None:
            return tiff.upright(pixels, image.getexif().get(_ORIENTATION, 1))
        if image.format == "HEIF" and not _turned_by_the_file(data):
            turned = image.info.get("original_orientation") or 1
            return tiff.upright(_on_white(image), turned)
        if image.format == "JPEG" and image.mode == "CMYK" and "adobe" not in image.info:
            # Pillow takes it for one of Adobe's, which hold how much light is left.
            return _on_white(ImageOps.exif_transpose(ImageChops.invert(image)))
        return _on_white(ImageOps.exif_transpose(image))


def _turned_by_the_file(data: bytes) -> bool:
    """Whether a HEIC says itself how it is turned, which libheif has done then.

    By the standard that counts, and not what its EXIF says; but some programs write EXIF alone.
    """
    head = data[: max(data.find(b"mdat"), 0) or len(data)]
    return b"irot" in head or b"imir" in head


def _on_white(image: Image.Image) -> Rgb:
    if image.mode.startswith(("I", "F")):
        values: Any = np.asarray(image)[..., None]
        if values.dtype.kind == "i" and values.min() >= 0:  # Pillow's own numbers, not the file's
            values = values.astype(np.uint32)
        return to_rgb(Samples(values, 16, 1))
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB") or image
    elif image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        image = Image.alpha_composite(white, coloured)
    return np.array(image.convert("RGB"))


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise PictureError(
            f"{width}×{height} pixels, expected at most {MOST_PIXELS // 1_000_000} million"
        )


def _cause(error: BaseException) -> str:
    """One line without addresses in memory."""
    first = (str(error).splitlines() or [""])[0].partition(" <_io.")[0].strip()
    return first[:120] or f"damaged ({type(error).__name__})"
