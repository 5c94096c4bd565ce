"""Write a labelled set of simulated table frames: `python -m tests.tools.render_table -o DIR`.

Each difficulty class gets two sequences in time order, one with each kind of hand where the class
has both. A sequence is a folder with, for every frame, `NNNN.png` (what the camera sees),
`NNNN.ink.png` (0 ink, 255 paper), `NNNN.mass.png` (0 filled in), `NNNN.hand.png` (0 covered, 255
free), where paper is off the glass `NNNN.lifted.png` (0 off the glass), and a row of `frames.json`
(time, corners of the sheet); `flat.png` and `dark.png` are what calibration would have measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np

from exhibit.camera.simulated import (
    BLANK,
    DIFFICULTIES,
    DRAWN_WITH,
    HANDLED,
    Conditions,
    Polarity,
    SimulatedTable,
)
from exhibit.contract.values import Frame

CLASSES: dict[str, Conditions] = {
    **DIFFICULTIES,
    BLANK.name: BLANK,
    HANDLED.name: HANDLED,
    **DRAWN_WITH,
}
_TABLES_PER_CLASS = 2
_CLASS_SEED, _TABLE_SEED = 100, 10


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """One table watched for a while: `count` labelled frames, `fps` a second, from `start_s` on."""

    name: str
    table: SimulatedTable
    count: int
    fps: float
    start_s: float

    def frames(self, between: int = 0) -> Iterator[tuple[Frame, bool]]:
        """Yield frames in time order, and whether each belongs to the set.

        Args:
            between: frames more after each one of the set, so that the camera runs at
                `fps * (1 + between)` and an extractor may follow what moves.
        """
        steps = 1 + between
        for number in range(self.count * steps):
            t_s = self.start_s + number / (self.fps * steps)
            yield self.table.frame_at(t_s), number % steps == 0


def labelled_set(
    frames: int, seed: int, fps: float = 2.5, classes: tuple[str, ...] = tuple(DIFFICULTIES)
) -> list[Sequence]:
    """Return the sequences of a labelled set of `frames` frames, the same for the same seed.

    Args:
        frames: frames in the whole set, shared evenly among the classes and their tables.
        seed: everything random follows from it.
        fps: labelled frames per second; 30 frames at 2.5 Hz see the better part of a drawing.
        classes: names of difficulty classes.
    """
    tables = [(name, number) for name in classes for number in range(_TABLES_PER_CLASS)]
    counts = [len(part) for part in np.array_split(np.arange(frames), len(tables))]
    sequences = []
    for (name, number), count in zip(tables, counts, strict=True):
        conditions = CLASSES[name]
        polarities = conditions.polarities
        polarity: Polarity = polarities[number % len(polarities)]
        own_seed = seed * 1000 + list(CLASSES).index(name) * _CLASS_SEED + number * _TABLE_SEED
        table = SimulatedTable(conditions, own_seed, polarity=polarity)
        # Half a second before the sheet comes, so that an extractor may see the empty table.
        start_s = max(0.0, float(table.visit_at(0.0).sheet.times[0]) - 0.5)
        sequences.append(Sequence(f"{name}-{number}-{polarity}", table, count, fps, start_s))
    return sequences


def write_sequence(sequence: Sequence, folder: Path) -> None:
    """Write one sequence into a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "flat.png"), sequence.table.flat_field())
    cv2.imwrite(str(folder / "dark.png"), sequence.table.dark_frame())
    rows = [
        _write_frame(frame, folder / f"{number:04d}.png")
        for number, (frame, _) in enumerate(sequence.frames())
    ]
    about = {
        "class": sequence.table.conditions.name,
        "seed": sequence.table.seed,
        "polarity": sequence.table.polarity,
        "fps": sequence.fps,
        "frames": rows,
    }
    (folder / "frames.json").write_text(json.dumps(about, indent=1), encoding="utf-8")


def _write_frame(frame: Frame, path: Path) -> dict[str, Any]:
    truth = frame.truth
    assert truth is not None
    cv2.imwrite(str(path), frame.pixels)
    cv2.imwrite(str(path.with_suffix(".ink.png")), truth.ink)
    cv2.imwrite(str(path.with_suffix(".mass.png")), truth.mass)
    cv2.imwrite(str(path.with_suffix(".hand.png")), np.where(truth.hand, 0, 255).astype(np.uint8))
    lifted = truth.lifted
    if lifted is not None:
        off = np.where(lifted, 0, 255).astype(np.uint8)
        cv2.imwrite(str(path.with_suffix(".lifted.png")), off)
    return {
        "file": path.name,
        "t_s": round(frame.captured_at, 4),
        "sheet": None if truth.sheet is None else np.round(truth.sheet, 2).tolist(),
        "ink_px": int((truth.ink == 0).sum()),
        "hand_share": round(float(truth.hand.mean()), 4),
        "lifted_share": 0.0 if lifted is None else round(float(lifted.mean()), 4),
    }


@click.command()
@click.option(
    "--frames",
    default=300,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Frames in the whole set.",
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0),
    help="The same seed gives the same set.",
)
@click.option(
    "--fps",
    default=2.5,
    show_default=True,
    type=click.FloatRange(0.2, 240),
    help="Frames written per second of the table's time.",
)
@click.option(
    "--class",
    "classes",
    multiple=True,
    type=click.Choice(list(CLASSES)),
    help="Difficulty class, may be repeated.  [default: the five of the benchmark]",
)
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to.",
)
def render_table(frames: int, seed: int, fps: float, classes: tuple[str, ...], out: Path) -> None:
    """Write simulated frames with their ground truth."""
    sequences = labelled_set(frames, seed, fps, classes or tuple(DIFFICULTIES))
    for sequence in sequences:
        write_sequence(sequence, out / sequence.name)
        click.echo(f"{out / sequence.name}: {sequence.count} frames")


if __name__ == "__main__":
    render_table()
