"""Read Quick, Draw! sketches: what people draw in twenty seconds, with the order of their strokes.

The data are by Google, CC BY 4.0 (https://github.com/googlecreativelab/quickdraw-dataset).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Floats

ATTRIBUTION = "Sketches: Quick, Draw! The Data, by Google, Creative Commons Attribution 4.0"

_LARGEST = 1e12
"""No pixel lies beyond it, and no millisecond of a drawing; float32 ends not far from there."""


@dataclass(frozen=True, slots=True, eq=False)
class TimedSketch:
    """A sketch with its timing.

    Args:
        word: what the person was asked to draw.
        key_id: the dataset's identifier.
        strokes: each (n, 3) float32: x, y in the dataset's own pixels, t in milliseconds.
    """

    word: str
    key_id: str
    strokes: tuple[Floats, ...]


def read_quickdraw(path: Path) -> list[TimedSketch]:
    """Read a file of sketches, one JSON object a line, each stroke as [[x...], [y...], [t_ms...]].

    Args:
        path: the `.ndjson` file ("raw" Quick, Draw! layout, which has timing).

    Raises:
        InputError: no such file, or a line that is not such a sketch; names the line.
    """
    if not path.is_file():
        raise InputError(f"sketches '{path}': no such file; expected Quick, Draw! .ndjson")
    sketches = []
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    sketches.append(_parse(line, f"{path}:{number}"))
    except UnicodeDecodeError:
        raise InputError(
            f"sketches '{path}': not UTF-8 text; expected Quick, Draw! .ndjson"
        ) from None
    if not sketches:
        raise InputError(f"sketches '{path}': the file is empty; expected one sketch a line")
    return sketches


def _parse(line: str, where: str) -> TimedSketch:
    try:
        row = json.loads(line)
        strokes = tuple(stroke for stroke in map(_stroke, row["drawing"]) if len(stroke))
        sketch = TimedSketch(row["word"], str(row.get("key_id", "")), strokes)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(
            f"{where}: not a sketch ({error}); expected word and drawing with x, y and t of strokes"
        ) from None
    if not strokes:
        raise InputError(f"{where}: the sketch has no strokes")
    return sketch


def _stroke(lists: Any) -> Floats:
    """One stroke (n, 3) float32 of its three lists.

    Raises:
        ValueError: it is anything else, such as the simplified layout, which has no times.
    """
    if not isinstance(lists, list) or not all(isinstance(numbers, list) for numbers in lists):
        raise ValueError("a stroke is no list of lists")
    if len(lists) == 2:
        raise ValueError("strokes without times: this is the simplified layout, expected the raw")
    lengths = [len(numbers) for numbers in lists]
    if len(lists) != 3 or len(set(lengths)) != 1:
        raise ValueError(f"a stroke has lists of {lengths} numbers, expected three of one length")
    for number in (number for numbers in lists for number in numbers):
        if type(number) not in (int, float) or not abs(number) <= _LARGEST:
            raise ValueError(f"{number!r:.20} in a stroke is no place on a sheet, and no time")
    return np.array(lists, np.float32).T.reshape(-1, 3)


def drawn_up_to(sketch: TimedSketch, fraction: float) -> tuple[Floats, ...]:
    """Return what was on the paper when a share of the drawing time had passed.

    Args:
        sketch: the whole sketch.
        fraction: 0..1 of the time from the first point to the last.

    Returns:
        Strokes of (n, 2) float32: the points with t <= t0 + fraction·(t_end - t0); never empty.
    """
    times = np.concatenate([stroke[:, 2] for stroke in sketch.strokes])
    until = times.min() + fraction * (times.max() - times.min())
    parts = (stroke[stroke[:, 2] <= until][:, :2] for stroke in sketch.strokes)
    drawn = tuple(part for part in parts if len(part))
    return drawn or (sketch.strokes[0][:1, :2],)


def held_out_words() -> frozenset[str]:
    """Return the categories that are kept out of training, from `held_out.txt`."""
    text = resources.files("models.sketches").joinpath("held_out.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def split_held_out(
    sketches: Sequence[TimedSketch],
) -> tuple[list[TimedSketch], list[TimedSketch]]:
    """Divide sketches into those for training and those held out, by category."""
    held = held_out_words()
    training = [sketch for sketch in sketches if sketch.word not in held]
    return training, [sketch for sketch in sketches if sketch.word in held]
