"""`exhibit ink`: what the encoder would get from one picture."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np

from exhibit.cli.options import refuse_overwriting
from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.errors import BundleError, InputError
from exhibit.contract.settings.schema import ModelConfig
from exhibit.contract.values import Gray
from exhibit.ink.beside_blank import with_background
from exhibit.ink.hand import Polarity
from exhibit.ink.page import Page, find_page, only_on, page_alone, straighten
from exhibit.ink.photograph import Photograph, as_photograph
from exhibit.ink.planes import planes_of
from exhibit.ink.still import binarise
from exhibit.pictures import read_picture

_INK_SIZE, _STROKE_WIDTH_PX = 128, 1.5
_MOST_PIXELS = 64_000_000
_NOTHING_FOUND = 1
"""Exit code where everything could be read and there is no ink."""


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
    help="FRAME shows a whole sheet on something darker: look for ink on it alone and "
    "straighten it.",
)
@click.option(
    "--mirrored", is_flag=True, help="FRAME was taken from below the table: turn INK round."
)
@click.option(
    "--bundle",
    help="Bundle whose ink size and stroke width are used; left out, the usual one if installed.",
)
@click.pass_context
def ink(
    context: click.Context,
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

    FRAME is a picture of dark lines on lighter paper (PNG, JPEG, TIFF, HEIC, WebP ...) of any size.
    Where it shows no ink, INK is blank paper, a line says so and the exit code is 1.

    Example: exhibit ink desk.jpg -o ink.png --mask lines.png --sheet
    """
    refuse_overwriting((frame, background), (output, mask))
    photograph = read_photograph(frame)
    size, width_px = _card(bundle)
    page = find_page(photograph) if sheet else None
    found = _ink_of(photograph.gray, page, None if background is None else (background, polarity))
    square = found if page is None else straighten(page, found, 2 * size)
    if mirrored:
        square = np.ascontiguousarray(square[:, ::-1])
    write_gray(output, planes_of(square, size, width_px).lines)
    if mask is not None:
        write_gray(mask, found)
    if found.min() == 255:
        click.echo(f"{frame}: no ink found; {output} is blank paper", err=True)
        context.exit(_NOTHING_FOUND)


def _ink_of(gray: Gray, page: Page | None, background: tuple[Path, Polarity] | None) -> Gray:
    """Return the photograph's ink, (H, W) uint8: on the page alone where there is one."""
    if background is not None:
        found = with_background(gray, _background(background[0], gray), background[1])
    elif page is not None:
        alone, box = page_alone(gray, page)
        found = np.full_like(gray, 255)
        found[box] = binarise(alone)
    else:
        found = binarise(gray)
    return found if page is None else only_on(page, found)


def _card(bundle: str | None) -> tuple[int, float]:
    """Return ink size and stroke width of a bundle; those of ours where none is installed."""
    try:
        card = load_bundle(find_bundle(bundle or ModelConfig().bundle)).card
    except BundleError:
        if bundle is not None:
            raise
        return _INK_SIZE, _STROKE_WIDTH_PX
    return card.ink_size, card.stroke_width_px


def _background(path: Path, gray: Gray) -> Gray:
    blank = read_photograph(path).gray
    if blank.shape != gray.shape:
        raise InputError(
            f"{path}: {blank.shape[1]}×{blank.shape[0]} pixels, expected "
            f"{gray.shape[1]}×{gray.shape[0]} as FRAME has"
        )
    return blank


def read_photograph(path: Path) -> Photograph:
    """Read a picture of any kind, upright and on white.

    Raises:
        InputError: there is no such file, or it is no picture that can be read whole.
    """
    rgb = read_picture(path)
    height, width = rgb.shape[:2]
    if height * width > _MOST_PIXELS:
        raise InputError(
            f"{path}: {width}×{height} pixels, expected at most {_MOST_PIXELS // 1_000_000} million"
        )
    return as_photograph(rgb[..., ::-1])


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
