"""What a frame of ink costs beside another version: `python -m benchmarks.ink_cost CHECKOUT`.

Both versions read the same frames of the simulated table in turns, each in a process of its own
with one thread. The time of a frame is the least of all turns, so that what else runs on the
machine matters little.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.another_version import in_turns
from exhibit.camera.simulated import DIFFICULTIES
from tests.tools.render_table import labelled_set

READER = "ink_cost_reader.py"
CLASSES = ("clean", "hands", "worn")
FRAMES, BETWEEN, SEED, TURNS = 180, 11, 1, 3


def write_frames(folder: Path, classes: tuple[str, ...], frames: int) -> None:
    """Draw the frames of every sequence into a file (n, H, W) uint8, and their times into another.

    Args:
        folder: where they go, `NN.npy` and `NN.times.npy`.
        classes: names of difficulty classes.
        frames: labelled frames of all of them; eleven lie between two.
    """
    for number, sequence in enumerate(labelled_set(frames, SEED, classes=classes)):
        seen = [frame for frame, _ in sequence.frames(BETWEEN)]
        np.save(folder / f"{number:02}.npy", np.stack([frame.pixels for frame in seen]))
        np.save(folder / f"{number:02}.times.npy", [frame.captured_at for frame in seen])


def compare(here: list[dict[str, Any]], there: list[dict[str, Any]]) -> dict[str, Any]:
    """Return percentiles of both, their quotients, and in how many frames both found the same."""
    least = [np.min([turn["ms"] for turn in turns], axis=0) for turns in (here, there)]
    ours, others = (_percentiles(ms) for ms in least)
    alike = np.equal(here[0]["masks"], there[0]["masks"])
    return {
        "frames": len(alike),
        "here_ms": ours,
        "there_ms": others,
        "times_as_long": {name: round(ours[name] / others[name], 2) for name in ours},
        "alike": int(np.count_nonzero(alike)),
    }


def _percentiles(ms: NDArray[np.float64]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(ms, p)), 2) for p in (50, 95)}


@click.command()
@click.argument(
    "checkout", type=click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)
)
@click.option(
    "--class",
    "classes",
    multiple=True,
    default=CLASSES,
    show_default=True,
    type=click.Choice(list(DIFFICULTIES)),
)
@click.option("--frames", default=FRAMES, show_default=True, help="Labelled frames in all.")
@click.option("--turns", default=TURNS, show_default=True, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(checkout: Path, classes: tuple[str, ...], frames: int, turns: int, as_json: bool) -> None:
    """Measure a frame of ink here and in CHECKOUT, the repository in another version."""
    with tempfile.TemporaryDirectory() as folder:
        write_frames(Path(folder), tuple(classes), frames)
        found = compare(*in_turns(checkout, READER, Path(folder), turns))
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for name, value in found.items():
        click.echo(f"{name:15} {value}")


if __name__ == "__main__":
    main()
