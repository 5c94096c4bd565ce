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
from exhibit.contract.bundle import GOLDEN, Bundle, find_bundle, load_bundle
from exhibit.contract.directions import load_directions
from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.contract.files import write_whole
from exhibit.contract.settings.schema import DirectionConfig, EditingConfig, ModelConfig
from exhibit.contract.values import Code, Gray, Ink
from exhibit.editing import make_editor
from exhibit.inference import Models, open_models
from exhibit.ink.figure import Figure

STEPS = 5
"""Pictures in a strip: from the lower end of the safe range to the upper, over 0 where it lies in
between."""
_SIDE_PX = 112
_GAP_PX = 4
_PAPER = 255
_LOWEST = 19


def draw_strips(bundle: Bundle, into: Path) -> list[Path]:
    """Write `strip_<name>.png` for every direction of a bundle, and return the files.

    The drawing that is bent is the one the encoder gave for the bundle's first golden ink.
    """
    models = open_models(bundle, ModelConfig(providers=("cpu",), threads=1))
    code, ink = _golden(bundle)
    shape = bundle.card.feature_shape
    figure_of = None if shape is None else Figure(shape[1])
    plain = ModelConfig(psi=1.0, auto_psi=False)
    into.mkdir(parents=True, exist_ok=True)
    written = []
    for name, direction in load_directions(bundle).items():
        codes = []
        for strength in _strengths(*direction.safe_range):
            asked = (DirectionConfig(name=name, strength=strength),)
            editing = EditingConfig(directions=asked, ease_s=0)
            editor = make_editor(bundle, editing, plain, figure_of=figure_of)
            codes.append(editor.edit(code, ink))
        file = into / f"strip_{name}.png"
        _write(file, _strip(models, codes))
        written.append(file)
    return written


def _golden(bundle: Bundle) -> tuple[Code, Ink]:
    """Return the first golden code, and the ink it is of."""
    with open_arrays(bundle.file(GOLDEN)) as golden:
        w_plus = np.asarray(golden["w_plus"][0], np.float32)
        feature = np.asarray(golden["feature"][0], np.float32) if "feature" in golden else None
        planes = golden["ink"][0]
        if planes.dtype != np.uint8:
            planes = np.rint(127.5 * (planes + 1)).astype(np.uint8)
    mass = planes[1] if len(planes) > 1 else np.full_like(planes[0], _PAPER)
    return Code(0, 0.0, w_plus, feature), Ink.at_rest(planes[0], mass)


def _strengths(low: float, high: float) -> list[float]:
    if low == 0 or high == 0:
        return [float(at) for at in np.linspace(low, high, STEPS)]
    half = STEPS // 2 + 1
    return [*np.linspace(low, 0, half).tolist(), *np.linspace(0, high, half)[1:].tolist()]


def _strip(models: Models, codes: list[Code]) -> Gray:
    pictures = []
    for code in codes:
        picture = models.generator.synthesise(code).pixels
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
