"""What is searched: where the lines of every drawing of the memory run, in cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.recall.cells import COARSE, FINE, SURROUNDINGS, Cells, above_chance, as_whole, cells
from exhibit.recall.contour import contour_of
from exhibit.recall.orientation import DIRECTIONS, line_density, resized_by_area
from exhibit.recall.outlook import OUTLOOK_LENGTH, outlooks, principal_directions

CODE_LENGTH = 128
"""Numbers that stand for a drawing in the first look."""
_INDEXED_PX = 256


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Lines of n drawings, each filling the square of its cells.

    Args:
        coarse: (n, 16, 16, 6) int8, lines above chance, -127 .. 127.
        fine: (n, 32, 32, 6) int8, the same.
        contour: (n, 16, 16, 6) int8, the drawing's outer contour alone, 0 .. 127.
        inked: (n, 16, 16) float32, share of the drawing's lines in each cell; sums to 1.
        basis: (d, k) float32, directions in which `outlooks` of drawings differ most.
        codes: (n, k) float32, the drawings' outlooks in them.
    """

    coarse: Cells
    fine: Cells
    contour: Cells
    inked: Floats
    basis: Floats
    codes: Floats

    def __len__(self) -> int:
        return len(self.coarse)


def build_index(drawings: Iterable[Gray]) -> Index:
    """Index drawings, each (R, R) uint8, 0 ink .. 255 paper; at least one."""
    rows = [_row(drawing) for drawing in drawings]
    coarse, fine, contour, inked = (np.stack(column) for column in zip(*rows, strict=True))
    seen = outlooks(coarse, contour, inked)
    basis = principal_directions(seen, CODE_LENGTH)
    return Index(coarse, fine, contour, inked, basis, seen @ basis)


def index_of(index: Index) -> dict[str, NDArray[Any]]:
    """Return the arrays of an index by name, as they are stored; whole cells compress well."""
    return {field.name: getattr(index, field.name) for field in fields(index)}


def index_from(arrays: Mapping[str, NDArray[Any]], count: int) -> Index:
    """Make an index of stored arrays.

    Args:
        arrays: by name, as `index_of` gave them.
        count: how many drawings there are.

    Raises:
        ValueError: they are not an index of so many drawings; names the array.
    """
    code = arrays["codes"].shape[-1] if "codes" in arrays else CODE_LENGTH
    wanted = {
        "coarse": (np.int8, (count, COARSE, COARSE, DIRECTIONS)),
        "fine": (np.int8, (count, FINE, FINE, DIRECTIONS)),
        "contour": (np.int8, (count, COARSE, COARSE, DIRECTIONS)),
        "inked": (np.float32, (count, COARSE, COARSE)),
        "basis": (np.float32, (OUTLOOK_LENGTH, code)),
        "codes": (np.float32, (count, code)),
    }
    for name, (kind, shape) in wanted.items():
        if name not in arrays:
            raise ValueError(f"'{name}' is missing; expected {', '.join(wanted)}")
        found = arrays[name]
        if found.dtype != kind or found.shape != shape:
            raise ValueError(
                f"{name} is {found.dtype} {found.shape}, expected {np.dtype(kind)} {shape} "
                f"for {count} drawings"
            )
    return Index(**{name: arrays[name] for name in wanted})


def _row(drawing: Gray) -> tuple[Cells, Cells, Cells, Floats]:
    picture = resized_by_area(drawing, _INDEXED_PX)
    density = line_density(picture)
    lines = cv2.resize(density.sum(axis=-1), (COARSE, COARSE), interpolation=cv2.INTER_AREA)
    return (
        as_whole(above_chance(cells(density, COARSE), SURROUNDINGS[COARSE])),
        as_whole(above_chance(cells(density, FINE), SURROUNDINGS[FINE])),
        as_whole(cells(line_density(contour_of(picture)), COARSE)),
        np.asarray(lines / max(float(lines.sum()), 1e-6), np.float32),
    )
