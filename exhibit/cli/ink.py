"""`exhibit ink`: what the encoder would get from one picture."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np

from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.errors import InputError
from exhibit.contract.values import Gray
from exhibit.ink.still import binarise
from exhibit.ink.strokes import normalise

_BUNDLES = Path(__file__).parents[2] / "models" / "bundles"
_INK_SIZE, _STROKE_WIDTH_PX = 128, 2.0
"""Used when there is no bundle to ask."""


@click.command()
@click.argument("frame", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="INK.png")
@click.option("--mask", type=click.Path(path_type=Path), help="Binary ink at the frame's size.")
@click.option("--background", type=click.Path(path_type=Path), help="The same view, blank sheet.")
@click.option("--polarity", type=click.Choice(["auto", "dark", "bright"]), default="auto")
@click.option("--bundle", "bundle_name", help="Bundle whose ink size and stroke width are used.")
def ink(
    frame: Path,
    output: Path,
    mask: Path | None,
    background: Path | None,
    polarity: str,
    bundle_name: str | None,
) -> None:
    """Turn FRAME, a photograph of ink on paper, into the ink that the encoder gets."""
    gray = read_gray(frame)
    size, width_px = _INK_SIZE, _STROKE_WIDTH_PX
    if bundle_name is not None:
        card = load_bundle(find_bundle(bundle_name, _BUNDLES)).card
        size, width_px = card.ink_size, card.stroke_width_px
    found = binarise(gray)
    write_gray(output, normalise(found, size, width_px))
    if mask is not None:
        write_gray(mask, found)


def read_gray(path: Path) -> Gray:
    """Read a picture as grey, dark on light, whatever its depth and channels."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected a picture (PNG, JPEG, TIFF, BMP)")
    data = np.frombuffer(path.read_bytes(), np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if pixels is None:
        raise InputError(f"{path}: not a readable picture; expected PNG, JPEG, TIFF or BMP")
    return np.asarray(pixels, np.uint8)


def write_gray(path: Path, pixels: Gray) -> None:
    """Write a picture; raises InputError where that fails."""
    done, data = cv2.imencode(path.suffix or ".png", pixels)
    if not done:
        raise InputError(f"{path}: cannot be written as a picture; expected a name ending in .png")
    try:
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
