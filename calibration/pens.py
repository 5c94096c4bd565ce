"""How well the camera sees pens: contrast and contrast to noise of a line in each box of a card."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from calibration.cards import Card, find_card
from calibration.made import made_now
from calibration.sightings import turn
from exhibit.contract.calibration import PenReading, PensCalibration
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Matrix
from exhibit.contract.values import Floats, Gray

LEAST_CONTRAST, LEAST_TO_NOISE = 0.20, 6.0
_LEAST_FRAMES = 5
_PX_PER_MM = 3
_INSIDE_MM, _WIDE_MM = 3.0, 8.0
"""Left out along a box's frame; and wider than any pen, to know the paper beneath a line."""
_EMPTY = 0.04
"""A box with less contrast than that has no line in it."""
_DARKEST = 4.0


def measure_pens(frames: Sequence[Gray], mirrored: bool) -> PensCalibration:
    """Return a reading for every box of the card in which there is a line.

    Args:
        frames: (H, W) uint8 of the card on the table, as they come from the camera.
        mirrored: `camera.mirrored`.

    Raises:
        CalibrationError: too few frames for the noise, no card, or no line on it.
    """
    if len(frames) < _LEAST_FRAMES:
        raise CalibrationError(
            f"{len(frames)} frames do not tell the noise, expected {_LEAST_FRAMES} or more"
        )
    turned = np.stack([turn(frame, mirrored) for frame in frames])
    mean = np.asarray(turned.mean(axis=0), np.float32)
    card, to_card = _card_in(np.asarray(np.rint(mean), np.uint8), mirrored)
    noise = np.asarray(turned.std(axis=0, ddof=1), np.float32)
    readings = [
        reading
        for number, box in enumerate(card.boxes(), start=1)
        if (reading := _reading(number, box, (mean, noise, len(frames)), to_card)) is not None
    ]
    if not readings:
        raise CalibrationError("every box of the pen card is empty; draw a line across some")
    return PensCalibration(made=made_now(), readings=tuple(readings))


def _card_in(turned: Gray, mirrored: bool) -> tuple[Card, Matrix]:
    found = find_card(turned)
    if found is not None and found[0].use == "pens":
        return found
    if found is not None:
        raise CalibrationError("the flat-field card is seen; expected the pen card")
    if find_card(turn(turned, True)) is not None:
        raise CalibrationError(
            f"the pen card is seen in a mirror: camera.mirrored is {str(mirrored).lower()}; lay it "
            "with the print up, or change camera.mirrored in config.yaml"
        )
    raise CalibrationError(
        "the pen card's four corner markers are not all seen; lay it flat, with nothing on it"
    )


def _reading(
    number: int,
    box: tuple[float, float, float, float],
    seen: tuple[Floats, Floats, int],
    to_card: Matrix,
) -> PenReading | None:
    """Return the reading of one box; `seen` is the mean of some frames, their noise and number."""
    count = seen[2]
    mean, noise = (_cut(pixels, box, to_card) for pixels in seen[:2])
    # Paper is what is there without thin dark lines, so that uneven light is no contrast.
    wide = round(_WIDE_MM * _PX_PER_MM) | 1
    paper = cv2.morphologyEx(mean, cv2.MORPH_CLOSE, np.ones((wide, wide), np.uint8))
    contrast = 1 - mean / np.maximum(cv2.GaussianBlur(paper, (0, 0), wide / 3), 1.0)
    # A line from left to right crosses every column; its darkest pixel there is the line.
    line = float(np.median(contrast.max(axis=0)))
    ground = float(np.median(contrast))
    found = max(line - ground, 0.0)
    relative = float(np.median(noise / np.maximum(mean, 1.0)))
    # The darkest of many pixels of nothing but noise is darker than paper, too.
    if found < max(_EMPTY, _DARKEST * relative / np.sqrt(count)):
        return None
    to_noise = found / max(relative, 1e-3)
    return PenReading(
        box=number,
        contrast=round(min(found, 1.0), 3),
        contrast_to_noise=round(to_noise, 1),
        passed=found >= LEAST_CONTRAST and to_noise >= LEAST_TO_NOISE,
    )


def _cut(pixels: Floats, box: tuple[float, float, float, float], to_card: Matrix) -> Floats:
    """Return the inside of a box as the visitor sees it."""
    x, y, width, height = box
    left, top = x + _INSIDE_MM, y + _INSIDE_MM
    size = (
        round((width - 2 * _INSIDE_MM) * _PX_PER_MM),
        round((height - 2 * _INSIDE_MM) * _PX_PER_MM),
    )
    place = np.diag([_PX_PER_MM, _PX_PER_MM, 1.0])
    place = place @ np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    matrix = np.linalg.inv(half) @ place @ to_card @ half
    return np.asarray(cv2.warpPerspective(pixels, matrix, size), np.float32)
