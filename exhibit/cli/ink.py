"""`exhibit ink`: what the encoder would get from one picture."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.errors import BundleError, InputError
from exhibit.contract.settings.schema import ModelConfig
from exhibit.contract.values import Gray
from exhibit.ink.hand import Polarity
from exhibit.ink.photo import straightened, with_background
from exhibit.ink.planes import planes_of
from exhibit.ink.still import binarise

_INK_SIZE, _STROKE_WIDTH_PX = 128, 1.5
_MOST_PIXELS = 64_000_000


@click.command()
@click.argument("frame", type=click.Path(path_type=Path), metavar="FRAME")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="INK",
    help="Where the encoder's ink goes (PNG).",
)
@click.option(
    "--mask",
    type=click.Path(path_type=Path),
    help="Also write the binary ink at FRAME's own size, before thinning: black ink, white paper.",
)
@click.option(
    "--background",
    type=click.Path(path_type=Path),
    help="The same view with a blank sheet and no hand; dust and uneven light are taken out, "
    "and hands are found.",
)
@click.option(
    "--polarity",
    type=click.Choice(["auto", "dark", "bright"]),
    default="auto",
    show_default=True,
    help="How a hand looks on the paper; needs --background.",
)
@click.option(
    "--sheet",
    is_flag=True,
    help="FRAME shows a whole sheet on something darker: leave out what is around it and "
    "straighten it.",
)
@click.option(
    "--mirrored", is_flag=True, help="FRAME was taken from below the table: turn INK round."
)
@click.option(
    "--bundle",
    help="Bundle whose ink size and stroke width are used; left out, the usual one if installed.",
)
def ink(
    frame: Path,
    output: Path,
    mask: Path | None,
    background: Path | None,
    polarity: Polarity,
    sheet: bool,
    mirrored: bool,
    bundle: str | None,
) -> None:
    """Turn a photograph of ink on paper into what the encoder gets.

    FRAME is a picture of dark lines on lighter paper (PNG, JPEG, TIFF, BMP or WebP) of any size.

    Example: exhibit ink desk.jpg -o ink.png --mask lines.png --sheet
    """
    gray = read_gray(frame)
    size, width_px = _card(bundle)
    if background is None:
        found = binarise(gray)
    else:
        found = with_background(gray, _background(background, gray, frame), polarity)
    if sheet:
        found, square = straightened(gray, found, 2 * size)
    else:
        square = found
    if mirrored:
        square = np.ascontiguousarray(square[:, ::-1])
    write_gray(output, planes_of(square, size, width_px).lines)
    if mask is not None:
        write_gray(mask, found)


def _card(bundle: str | None) -> tuple[int, float]:
    """Return ink size and stroke width of a bundle; those of ours where none is installed."""
    try:
        card = load_bundle(find_bundle(bundle or ModelConfig().bundle)).card
    except BundleError:
        if bundle is not None:
            raise
        return _INK_SIZE, _STROKE_WIDTH_PX
    return card.ink_size, card.stroke_width_px


def _background(path: Path, gray: Gray, frame: Path) -> Gray:
    blank = read_gray(path)
    if blank.shape != gray.shape:
        raise InputError(
            f"{path}: {blank.shape[1]}×{blank.shape[0]} pixels, expected "
            f"{gray.shape[1]}×{gray.shape[0]} as {frame}"
        )
    return blank


def read_gray(path: Path) -> Gray:
    """Read a picture as (H, W) uint8 grey, whatever its depth and channels.

    Raises:
        InputError: there is no such file, or it is no picture that can be read whole.
    """
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror}; expected a picture (PNG, JPEG, TIFF, BMP or WebP)"
        ) from None
    try:
        pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if pixels is not None and pixels.dtype == np.uint8 and pixels.ndim == 3:
            # Read again so that a telephone's photograph is turned upright.
            upright = pixels if pixels.shape[2] == 4 else cv2.imdecode(data, cv2.IMREAD_COLOR)
            pixels = upright
    except cv2.error:
        pixels = None
    if pixels is None or pixels.size == 0:
        raise InputError(
            f"{path}: empty, truncated or not a picture; expected PNG, JPEG, TIFF, BMP or WebP"
        )
    if pixels.shape[0] * pixels.shape[1] > _MOST_PIXELS:
        raise InputError(
            f"{path}: {pixels.shape[1]}×{pixels.shape[0]} pixels, expected at most "
            f"{_MOST_PIXELS // 1_000_000} million"
        )
    return _as_gray(np.asarray(pixels))


def _as_gray(pixels: NDArray[np.generic]) -> Gray:
    """Bring any depth to 8 bits, put transparent pictures on white, and drop colour."""
    levels = pixels.astype(np.float32)
    if pixels.dtype != np.uint8:
        # Sixteen bits, or a floating-point TIFF from 0 to 1.
        most = 65535.0 if pixels.dtype == np.uint16 else 1.0
        levels *= 255.0 / most
    if levels.ndim == 3 and levels.shape[2] in (2, 4):
        opaque = levels[..., -1:] / 255.0
        levels = levels[..., :-1] * opaque + 255.0 * (1.0 - opaque)
    if levels.ndim == 3:
        weights = np.array([0.114, 0.587, 0.299], np.float32)
        levels = levels[..., 0] if levels.shape[2] < 3 else levels[..., :3] @ weights
    return np.asarray(np.rint(np.clip(np.nan_to_num(levels), 0, 255)), np.uint8)


def write_gray(path: Path, pixels: Gray) -> None:
    """Write a picture; raises InputError where that fails."""
    try:
        done, data = cv2.imencode(path.suffix or ".png", pixels)
    except cv2.error:
        done = False
    if not done:
        raise InputError(f"{path}: cannot be written as a picture; expected a name ending in .png")
    try:
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
