"""A picture of what visitors draw with, beside its ink: `python -m benchmarks.drawn_with -o JPG`.

For each class the labelled frame with most ink that a hand is over: as the camera sees it, and what
was found in it. Black is right, blue is lost or under the hand, red is no ink.
"""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np

from benchmarks.ink import DRAWN_FRAMES, DRAWN_HZ, SEED
from exhibit.camera.simulated import DRAWN_WITH
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, Gray
from exhibit.ink import make_extractor
from tests.tools.render_table import Sequence, labelled_set

_BETWEEN, _INK_SIZE, _STROKE_WIDTH_PX = 29, 128, 1.5
_TILE_PX, _ACROSS, _QUALITY = (280, 210), 2, 82


def fullest(sequence: Sequence) -> tuple[Frame, Gray] | None:
    """Return the labelled frame with a hand and most ink, and the mask of its ink; None without."""
    extractor = make_extractor(InkConfig(), _INK_SIZE, _STROKE_WIDTH_PX)
    found, most = None, 0
    for frame, labelled in sequence.frames(_BETWEEN):
        ink = extractor.extract(frame)
        truth = frame.truth
        assert truth is not None
        drawn = int(np.count_nonzero(truth.ink < 128))
        if labelled and truth.hand.any() and ink.sheet_state == "resting" and drawn > most:
            found, most = (frame, ink.mask), drawn
    return found


def tile(name: str, frame: Frame, mask: Gray) -> Gray:
    """Return a frame beside its ink, (h, w, 3) uint8, with the name of its class."""
    assert frame.truth is not None
    found, ink = mask < 128, frame.truth.ink < 128
    colours = np.full((*ink.shape, 3), 255, np.uint8)
    colours[found & ink] = 0
    colours[ink & ~found] = (230, 120, 0)
    colours[found & ~ink] = (40, 40, 230)
    halves = [
        cv2.resize(half, _TILE_PX, interpolation=cv2.INTER_AREA)
        for half in (cv2.merge([frame.pixels] * 3), colours)
    ]
    both = np.hstack(halves)
    cv2.rectangle(both, (0, 0), (12 + 9 * len(name), 20), (255, 255, 255), -1)
    cv2.putText(both, name, (6, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return np.asarray(both, np.uint8)


@click.command()
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="JPEG to write.",
)
@click.option("--seed", default=SEED, show_default=True, type=click.IntRange(0))
def main(out: Path, seed: int) -> None:
    """Draw a frame of each class of what visitors draw with, beside its ink."""
    cv2.setNumThreads(1)
    tiles = []
    for sequence in labelled_set(DRAWN_FRAMES, seed, DRAWN_HZ, tuple(DRAWN_WITH))[::2]:
        name = sequence.table.conditions.name.replace("_", " ")
        seen = fullest(sequence)
        if seen is None:
            raise click.ClickException(
                f"{sequence.name}: no frame with a hand and ink; expected one"
            )
        tiles.append(tile(name, *seen))
    rows = [np.hstack(tiles[n : n + _ACROSS]) for n in range(0, len(tiles), _ACROSS)]
    cv2.imwrite(str(out), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    click.echo(f"{out}: {len(tiles)} classes")


if __name__ == "__main__":
    main()
