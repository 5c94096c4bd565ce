"""The pictures of docs/tokens.md: `python -m benchmarks.tokens.pictures -o docs/pictures`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import cv2
import numpy as np

from benchmarks.tokens.at_table import SIZE_PX
from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract.geometry import mounting
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Gray
from exhibit.ink import make_extractor
from exhibit.tokens.finder import MarkerFinder
from exhibit.tokens.watch import TokenWatch

_FOUND, _COVERED = (40, 150, 40), (255, 225, 200)
_SHOWN = (("clean", 1, 1), ("uneven", 2, 2), ("dead_led", 1, 1))
"""Class, seed, and which token: 1 beside the drawing, 2 on it."""


@click.command()
@click.option("-o", "output", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(output: Path) -> None:
    """Draw frames of the simulated table with the tokens that are found, and the ink beside."""
    rows = [_row(name, seed, number) for name, seed, number in _SHOWN]
    cv2.imwrite(str(output / "tokens-table.jpg"), np.vstack(rows))


def _row(name: str, seed: int, number: int) -> Gray:
    """Return the camera's frame, the same turned over with what is found, and the ink."""
    table = SimulatedTable(replace(DIFFICULTIES[name], tokens=2), seed, SIZE_PX)
    token = table.visit_at(0.0).tokens[number - 1]
    finder, watch = MarkerFinder(True), TokenWatch(mounting(*SIZE_PX, True, 0))
    extractor = make_extractor(InkConfig(), 360, 3.0)
    for frame in table.frames(round((token.from_s + 2.6) * table.fps)):
        sightings = finder.find(frame.pixels)
        watch.step(sightings, frame.captured_at)
        covered = watch.covered((SIZE_PX[1], SIZE_PX[0]))
        ink = extractor.extract(replace(frame, covered=covered))
    seen = cv2.cvtColor(frame.pixels, cv2.COLOR_GRAY2BGR)
    told = cv2.flip(seen, 1)
    if covered is not None:
        told[cv2.flip(covered, 1) > 0] = (
            told[cv2.flip(covered, 1) > 0] * 0.7 + np.array(_COVERED) * 0.3
        )
    for sighting, laid in zip(sightings, watch.lying, strict=True):
        corners = sighting.corners * [-1, 1] + [SIZE_PX[0], 0]
        outline = np.round(corners).astype(np.int32)
        cv2.polylines(told, [outline], True, _FOUND, 2, cv2.LINE_AA)
        at = (int(outline[:, 0].min()), int(outline[:, 1].min()) - 12)
        line = f"{laid.number}: {laid.angle_deg:.0f} deg"
        cv2.putText(told, line, at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, _FOUND, 2, cv2.LINE_AA)
    side = SIZE_PX[1]
    plane = cv2.cvtColor(ink.settled, cv2.COLOR_GRAY2BGR)
    panels = [seen, told, cv2.resize(plane, (side, side), interpolation=cv2.INTER_AREA)]
    framed = [
        cv2.copyMakeBorder(p, 6, 6, 6, 6, cv2.BORDER_CONSTANT, value=(255,) * 3) for p in panels
    ]
    row = np.hstack(framed)
    return np.asarray(cv2.resize(row, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA), np.uint8)


if __name__ == "__main__":
    main()
