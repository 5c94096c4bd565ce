"""Truths about composed heads, as yes or no: what a classifier learns and directions change.

`labels.csv` of `models collection portraits` names the parts of every head. Which mouths are open
and which hair is dark is not said there; it is measured on the parts as they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.values import Gray
from models.collection.portraits.composing import Portrait, render
from models.collection.portraits.parts import LABELS, DesignSet, load_design_sets
from models.collection.spreadsheet import read_table

LABELS_FILE = "labels.csv"
NAMES = ("glasses", "beard", "mouth-open", "hair-dark")
_ABSENT = "none"
_SIDE_PX = 256
_CHANGED = 64
_CLOSE_PX = 5
"""Gaps in a drawn outline up to this wide do not let the outside in."""
_OPEN_SHARE = 0.046
"""A mouth is open when a circle of this share of the side fits into it; thick lips hold less."""
_LOOKED_AT, _USUAL = 8, 0.25
"""Variants that say where a part is, and the share of them that must change a pixel."""
_SCAFFOLD = ("hair", "head", "base")
"""Parts that hold others: without them nothing is drawn."""


def read_labels(dataset: Path) -> dict[str, dict[str, bool]]:
    """Read what is true of every picture of a data set of heads.

    Args:
        dataset: folder written by `models collection portraits`.

    Returns:
        For each file name as in `labels.csv`, a truth for each of `NAMES`.

    Raises:
        InputError: there is no `labels.csv`, or it names other columns.
    """
    path = dataset / LABELS_FILE
    if not path.is_file():
        raise InputError(f"{path}: missing; expected a data set of models collection portraits")
    needed = ("file", "style", "glasses", "beard", "mouth", "hair")
    rows = [line.cells for line in read_table(path, needed, "that of models collection portraits")]
    if not rows:
        raise InputError(f"{path}: no drawing in it; expected portraits")
    dark = _median_darkness()
    return {
        row["file"]: {
            "glasses": row["glasses"] != _ABSENT,
            "beard": row["beard"] != _ABSENT,
            "mouth-open": _mouth(row["style"], row["mouth"]) >= _OPEN_SHARE,
            "hair-dark": _hair(row["style"], row["hair"]) > dark,
        }
        for row in rows
    }


def as_matrix(labels: Iterable[dict[str, bool]]) -> NDArray[np.bool_]:
    """Stack labels: (n, len(NAMES))."""
    return np.array([[row[name] for name in NAMES] for row in labels])


def part_region(column: str, resolution: int) -> NDArray[np.bool_]:
    """Where a part of a head is usually drawn.

    Args:
        column: of `labels.csv`, such as `mouth`.
        resolution: side of the picture in pixels.

    Returns:
        (resolution, resolution), true where some of its variants change the picture of either set.

    Raises:
        InputError: neither set has such a part.
    """
    known = {LABELS[part] for one in _designs().values() for part in one.parts if part in LABELS}
    if column not in known:
        raise InputError(f"part '{column}': expected one of {', '.join(sorted(known))}")
    found = np.zeros((_SIDE_PX, _SIDE_PX), np.bool_)
    for style, design in _designs().items():
        part = next((part for part in design.parts if LABELS.get(part) == column), None)
        if part is None:
            continue
        variants = sorted(design.parts[part])[:_LOOKED_AT]
        drawn = np.mean([_drawn(style, column, variant) for variant in variants], axis=0)
        found |= drawn >= _USUAL
    shape = (resolution, resolution)
    return cv2.resize(found.astype(np.uint8), shape, interpolation=cv2.INTER_AREA) > 0


@cache
def _designs() -> dict[str, DesignSet]:
    return load_design_sets()


@cache
def _mouth(style: str, variant: str) -> float:
    return 0.0 if variant == _ABSENT else opening(_drawn(style, "mouth", variant))


@cache
def _hair(style: str, variant: str) -> float:
    """Share of the picture that hair turns from paper to ink."""
    return 0.0 if variant == _ABSENT else float(_drawn(style, "hair", variant).mean())


@cache
def _median_darkness() -> float:
    """What half of all hair exceeds: it is all black, so dark means that there is much of it."""
    return float(
        np.median(
            [
                _hair(style, variant)
                for style, design in _designs().items()
                for variant in design.parts["hair"]
            ]
        )
    )


def _drawn(style: str, column: str, variant: str) -> NDArray[np.bool_]:
    """Where a variant of a part changes the picture of a bare head, (side, side)."""
    design = _designs()[style]
    part = next(part for part in design.parts if LABELS.get(part) == column)
    scaffold = {name: sorted(design.parts[name])[0] for name in _SCAFFOLD if name in design.parts}
    after = render(Portrait(design, scaffold | {part: variant}), _SIDE_PX)
    return _changed(_bare(style, part), after)


@cache
def _bare(style: str, without: str) -> Gray:
    """A head of the first parts that hold others, but one."""
    design = _designs()[style]
    kept = {p: sorted(design.parts[p])[0] for p in _SCAFFOLD if p in design.parts and p != without}
    return render(Portrait(design, kept), _SIDE_PX)


def _changed(before: Gray, after: Gray) -> NDArray[np.bool_]:
    return np.asarray(before.astype(np.int16) - after > _CHANGED)


def opening(mouth: NDArray[np.bool_]) -> float:
    """Diameter of the largest circle inside a drawn mouth's outline, as a share of the side."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_CLOSE_PX, _CLOSE_PX))
    closed = cv2.morphologyEx(mouth.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(closed), outlines, -1, 1, cv2.FILLED)
    return 2 * float(cv2.distanceTransform(filled, cv2.DIST_L2, 5).max()) / mouth.shape[0]
