"""Strips of what a bundle's directions do: `python -m exhibit.engine.strips --bundle B --into D`.

A short-lived process that the operator's page starts once for a bundle; it works when nothing else
wants to.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import cv2
import numpy as np

from exhibit.contract.arrays import open_arrays
from exhibit.contract.bundle import GOLDEN, Bundle, find_bundle, load_bundle, load_directions
from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.contract.files import write_whole
from exhibit.contract.settings.schema import DirectionConfig, ModelConfig
from exhibit.contract.values import Floats, Gray
from exhibit.editing.bank import Bank
from exhibit.inference import Models, open_models

STEPS = 5
"""Pictures in a strip: from the lower end of the safe range over 0 to the upper."""
_SIDE_PX = 112
_GAP_PX = 4
_PAPER = 255
_LOWEST = 19


def draw_strips(bundle: Bundle, into: Path) -> list[Path]:
    """Write `strip_<name>.png` for every direction of a bundle, and return the files.

    The drawing that is bent is the one the encoder gave for the bundle's first golden ink.
    """
    models = open_models(bundle, ModelConfig(providers=("cpu",), threads=1))
    with open_arrays(bundle.file(GOLDEN)) as golden:
        w_plus = np.asarray(golden["w_plus"][0], np.float32)
        feature = np.asarray(golden["feature"][0], np.float32) if "feature" in golden else None
    directions = load_directions(bundle)
    bank = Bank(bundle.card, directions)
    into.mkdir(parents=True, exist_ok=True)
    written = []
    for name, direction in directions.items():
        low, high = direction.safe_range
        offset = bank.row(DirectionConfig(name=name)).offset.reshape(w_plus.shape)
        strengths = [
            *np.linspace(low, 0, STEPS // 2 + 1),
            *np.linspace(0, high, STEPS // 2 + 1)[1:],
        ]
        codes = [w_plus + np.float32(strength) * offset for strength in strengths]
        file = into / f"strip_{name}.png"
        _write(file, _strip(models, codes, feature))
        written.append(file)
    return written


def _strip(models: Models, codes: list[Floats], feature: Floats | None) -> Gray:
    pictures = []
    for code in codes:
        picture = models.generator.pixels_of(code, feature)
        small = cv2.resize(picture, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
        shape = (_SIDE_PX, _GAP_PX, *small.shape[2:])
        pictures += [small, np.full(shape, _PAPER, np.uint8)]
    return np.asarray(np.hstack(pictures[:-1]), np.uint8)


def _write(file: Path, strip: Gray) -> None:
    pixels = cv2.cvtColor(strip, cv2.COLOR_RGB2BGR) if strip.ndim == 3 else strip
    _, encoded = cv2.imencode(".png", pixels)
    # Whole or not at all: the page serves it as soon as it is there.
    write_whole(file, encoded.tobytes())


def main() -> None:
    """Draw the strips of one bundle."""
    parser = argparse.ArgumentParser(description="Strips that show what directions do.")
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--into", type=Path, required=True)
    given = parser.parse_args()
    os.nice(_LOWEST)
    cv2.setNumThreads(1)
    try:
        draw_strips(load_bundle(find_bundle(given.bundle)), given.into)
    except (ExhibitError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
