"""Can a person who has no key say what an answer shows? Numbered pictures, and their score.

Distances of features do not know whether a picture means anything (docs/measure.md). A reader
writes what each numbered picture shows and how well it is drawn; only then the key is opened.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Gray
from models.collection.spreadsheet import read_table
from models.evaluation.faces_and_names import FACES, NAMES, letters_read, says_face
from models.sheets import as_grey, write_png
from models.sketches.raster import Pictures
from models.sketches.writing import FIRST_NAMES

SIDE_PX = 256
_COLUMNS, _ROWS, _LABEL_PX, _GAP_PX = 5, 4, 26, 10
NOTHING = "nothing"
_MARKS = ("0", "1", "2")


@dataclass(frozen=True, slots=True)
class Named:
    """What readers said of one group.

    Args:
        pictures: how many there are.
        named: how many of them were named.
        mark: mean mark.
        understood: share of faces that were taken for faces, share of the names' letters that were
            read; None for other groups.
    """

    pictures: int
    named: int
    mark: float
    understood: float | None = None


def write_blind(folder: Path, key: Path, groups: Mapping[str, Pictures], seed: int) -> None:
    """Write pictures of several groups under shuffled numbers, as files and in sheets of twenty.

    Args:
        folder: gets `pictures/001.png` ... and `sheets/1.png` ...; nothing in it says a group.
        key: CSV of number, group and place in the group; keep it from readers.
        groups: for each name the pictures (R, R[, 3]) uint8.
        seed: of the shuffling.

    Raises:
        InputError: the key would lie in the readers' folder.
    """
    if folder.resolve() in key.resolve().parents:
        raise InputError(f"key {key}: expected a file outside {folder}, which readers are given")
    entries = [(name, index) for name, pictures in groups.items() for index in range(len(pictures))]
    order = np.random.default_rng(seed).permutation(len(entries))
    shown = []
    for number, which in enumerate(order, start=1):
        name, index = entries[which]
        picture = as_grey(groups[name][index], SIDE_PX)
        write_png(folder / "pictures" / f"{number:03d}.png", picture)
        shown.append(_numbered(picture, number))
    size = _COLUMNS * _ROWS
    for first in range(0, len(shown), size):
        write_png(
            folder / "sheets" / f"{first // size + 1}.png", _sheet(shown[first : first + size])
        )
    key.parent.mkdir(parents=True, exist_ok=True)
    with key.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("number", "group", "index"))
        writer.writerows((n, *entries[which]) for n, which in enumerate(order, start=1))


def score_named(readings: Path, key: Path) -> dict[str, Named]:
    """Score what readers wrote.

    Args:
        readings: CSV of number, name and mark: the name or "nothing", the mark 0, 1 or 2.
        key: as `write_blind` wrote it.

    Returns:
        For each group what was said of those of its pictures that somebody has read.

    Raises:
        InputError: a line has an unknown number or another mark; names file and line.
    """
    keyed = {line.cells["number"]: line for line in read_table(key, ("number", "group", "index"))}
    said: dict[str, list[tuple[bool, int, float | None]]] = {}
    for line in read_table(readings, ("number", "name", "mark")):
        number, name, mark = (line.cells[column] for column in ("number", "name", "mark"))
        known = keyed.get(number.lstrip("0"))
        if known is None:
            raise InputError(f"{line.where}: number '{number}' is not in {key}")
        if mark not in _MARKS:
            raise InputError(f"{line.where}: mark '{mark}', expected 0, 1 or 2")
        group, index = known.cells["group"], known.cells["index"]
        if not index.isdecimal():
            raise InputError(f"{known.where}: index '{index}', expected a whole number")
        understood = _understood(group, int(index), name)
        named = name.lower() not in ("", NOTHING)
        said.setdefault(group, []).append((named, int(mark), understood))
    return {group: _named(one) for group, one in sorted(said.items())}


def _named(said: Sequence[tuple[bool, int, float | None]]) -> Named:
    named, marks, understood = zip(*said, strict=True)
    known = [share for share in understood if share is not None]
    return Named(
        len(said), sum(named), float(np.mean(marks)), float(np.mean(known)) if known else None
    )


def _understood(group: str, index: int, name: str) -> float | None:
    if group == FACES:
        return float(says_face(name))
    if group != NAMES:
        return None
    return 0.0 if name.lower() == NOTHING else letters_read(FIRST_NAMES[index], name)


def _numbered(picture: Gray, number: int) -> Gray:
    """A picture with its number above it."""
    label = np.full((_LABEL_PX, SIDE_PX), 255, np.uint8)
    cv2.putText(label, str(number), (4, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2, cv2.LINE_AA)
    return np.pad(np.vstack([label, picture]), _GAP_PX // 2, constant_values=200)


def _sheet(pictures: Sequence[Gray]) -> Gray:
    blank = np.full_like(pictures[0], 200)
    filled = [*pictures, *[blank] * (-len(pictures) % _COLUMNS)]
    rows = [np.hstack(filled[at : at + _COLUMNS]) for at in range(0, len(filled), _COLUMNS)]
    return np.vstack(rows)
