"""How well are tokens found at the table? `python -m benchmarks.tokens`.

On the simulated table, in every class of difficulty: tokens at rest, frames without any, and the
ink that a token's coming and going changes, before and after it and between films with it and
without. With `--drawings` false finds of every dictionary are counted in folders of drawings and of
sketches; with `--light` the time from a token to its light is measured in the real processes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import cv2

from benchmarks.tokens.at_table import Found, at_rest, false_finds, ink_changed
from benchmarks.tokens.dictionaries import false_finds as false_finds_in
from benchmarks.tokens.films import films
from benchmarks.tokens.to_light import to_light
from exhibit.camera.simulated import DIFFICULTIES


@click.command()
@click.option("--frames", type=click.IntRange(10, 5000), default=200, show_default=True,
              help="Frames of tokens at rest in each class.")  # fmt: skip
@click.option("--without", type=click.IntRange(0, 100000), default=600, show_default=True,
              help="Frames without tokens in each class.")  # fmt: skip
@click.option("--ink-seeds", type=click.IntRange(0, 100), default=2, show_default=True,
              help="Tables in each class on which ink is followed.")  # fmt: skip
@click.option("--drawings", type=click.Path(path_type=Path, exists=True), multiple=True,
              help="Count false finds of every dictionary in this folder.")  # fmt: skip
@click.option("--light", type=click.IntRange(0, 1000), default=20, show_default=True,
              help="How many times to wait for a token's light.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(
    frames: int,
    without: int,
    ink_seeds: int,
    drawings: tuple[Path, ...],
    light: int,
    as_json: bool,
) -> None:
    """Measure tokens."""
    cv2.setNumThreads(1)
    found: dict[str, Any] = {"classes": {}}
    for name, conditions in DIFFICULTIES.items():
        if frames < 10:
            break
        on_drawing: Found = at_rest(conditions, frames, 2)
        found["classes"][name] = {
            "beside_the_drawing": at_rest(conditions, frames).figures(),
            "on_the_drawing": on_drawing.figures(),
            "false_finds": false_finds(conditions, without, 7),
            "ink_changed_px": [ink_changed(conditions, seed) for seed in range(1, ink_seeds + 1)],
            "films_differ_px": [films(conditions, seed) for seed in range(1, ink_seeds + 1)],
        }
    if drawings:
        found["dictionaries"] = false_finds_in(drawings)
    if light:
        found["token_to_light_ms"] = to_light(light)
    click.echo(json.dumps(found) if as_json else json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
