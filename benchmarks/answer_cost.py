"""What a whole answer costs beside another version: `python -m benchmarks.answer_cost CHECKOUT`.

Recall, encoding, editing and synthesis of sketches that grow, with the bundle that each version
ships: the same strokes, each at its own bundle's size and stroke width. The versions take turns, in
processes of their own with one thread; `taskset` gives both the same core.
Processor time, so that other work on the machine matters little. Searching the memory is told by
itself: at the table it goes on beside the loop.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.another_version import in_turns
from benchmarks.spread import spread_of
from exhibit.camera.simulated.sketches import load_sketches

READER = "answer_cost_reader.py"
STEPS = ("recall", "encode", "edit", "synthesise")
SKETCHES, ROUNDS = 4, 5


def write_strokes(folder: Path, sketches: int) -> None:
    """Write the strokes of so many sketches into a folder, unit square, `strokes.json`."""
    strokes = [
        [stroke[:, :2].round(4).tolist() for stroke in sketch.strokes]
        for sketch in load_sketches()[:sketches]
    ]
    (folder / "strokes.json").write_text(json.dumps(strokes), encoding="ascii")


def compare(here: Sequence[dict[str, Any]], there: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return least, median and most of every step in milliseconds, and the quotients of medians.

    Args:
        here: what the reader gave of this version, one for each round.
        there: of the other.
    """
    found: dict[str, Any] = {"answers": sum(len(turn["encode"]) for turn in here)}
    for step in (*STEPS, "whole", "search"):
        ours, others = _all(here, step), _all(there, step)
        found[step] = {
            "here_ms": asdict(spread_of(ours)),
            "there_ms": asdict(spread_of(others)),
            "times_as_long": round(float(np.median(ours) / np.median(others)), 2),
        }
    for name, turns in (("here", here), ("there", there)):
        found[f"{name}_px"] = turns[0]["resolution"]
    return found


def _all(turns: Sequence[dict[str, Any]], step: str) -> list[float]:
    """One number a round: its median answer, so that a round that was disturbed counts as one."""
    if step == "whole":
        return [float(np.median(np.sum([turn[s] for s in STEPS], axis=0))) for turn in turns]
    return [float(np.median(turn[step])) for turn in turns]


@click.command()
@click.argument(
    "checkout", type=click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)
)
@click.option("--sketches", default=SKETCHES, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(5))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(checkout: Path, sketches: int, rounds: int, as_json: bool) -> None:
    """Measure an answer here and in CHECKOUT, the repository in another version."""
    with tempfile.TemporaryDirectory() as folder:
        write_strokes(Path(folder), sketches)
        found = compare(*in_turns(checkout, READER, Path(folder), rounds))
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    click.echo(f"{found['here_px']} px here, {found['there_px']} px there; ms of the processor")
    for step in (*STEPS, "whole", "search"):
        told = found[step]
        ours, others = (
            " / ".join(f"{value:6.2f}" for value in told[which].values())
            for which in ("here_ms", "there_ms")
        )
        click.echo(f"{step:10}  {ours}   beside {others}   {told['times_as_long']:.2f} times")


if __name__ == "__main__":
    main()
