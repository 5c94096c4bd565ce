"""The landmarks of a factorial set of heads, as they were drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles
from models.collection.spreadsheet import Line, read_table
from models.directions.factorial import Cells

LANDMARKS_FILE = "landmarks.csv"
_AXES = ("x", "y", "depth")


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Known points of drawings.

    Args:
        names: of the points, as `mouth-left`.
        points: (F, 3, P): x to the right, y down, depth toward the viewer, in shares of the side.
    """

    names: tuple[str, ...]
    points: Doubles

    def without(self, *parts: str) -> Landmarks:
        """Leave out the points of some parts, as `hair`."""
        return self.only([name for name in self.names if name.split("-")[0] not in parts])

    def only(self, names: Sequence[str]) -> Landmarks:
        """Keep some points, in this order."""
        return Landmarks(tuple(names), self.points[..., [self.names.index(n) for n in names]])


def _place(line: Line) -> list[float]:
    try:
        return [float(line.cells[axis]) for axis in _AXES]
    except ValueError as error:
        raise InputError(f"{line.where}: {error}; expected numbers as {', '.join(_AXES)}") from None


def read_landmarks(dataset: Path, cells: Cells) -> Landmarks:
    """Read the landmarks of all drawings, in the order of `cells.files`.

    Raises:
        InputError: the file is missing, or has not all points of all drawings.
    """
    path = dataset / LANDMARKS_FILE
    if not path.is_file():
        raise InputError(f"{path}: missing; make it with models collection portraits --factors")
    found: dict[str, dict[str, list[float]]] = {}
    for line in read_table(path, ("file", "landmark", *_AXES)):
        found.setdefault(line.cells["file"], {})[line.cells["landmark"]] = _place(line)
    names = tuple(next(iter(found.values()), {}))
    try:
        points = [[found[file][name] for name in names] for file in cells.files.ravel()]
    except KeyError as error:
        raise InputError(
            f"{path}: no {error}; expected the same landmarks of every drawing"
        ) from None
    return Landmarks(names, np.array(points, np.float64).transpose(0, 2, 1))
