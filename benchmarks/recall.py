"""The search of a bundle's memory against trying every drawing at every place.

OMP_NUM_THREADS=1 python -m benchmarks.recall --bundle lear [--sketches FILE] [--inks 20] [--json]

The exhaustive search lays every drawing, in both hands and all sizes, at every fine cell that the
search allows, with the same score. The search agrees with it where it finds the same drawing, or
one that scores as much but for 0.02: half of what two drawings that fit equally well differ by when
the ink moves by a pixel. Times are of the processor, all threads together.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np

from exhibit.camera.simulated.sketches import load_sketches
from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.errors import InputError
from exhibit.contract.memory import StoredMemory
from exhibit.contract.values import Floats, Gray
from exhibit.recall import Memory, open_memory
from exhibit.recall.cells import COARSE, FINE, Ints, as_shares
from exhibit.recall.index import Index
from exhibit.recall.inks import SIDES, InkCells, Inks
from exhibit.recall.liking import Liking, liked, whole_share
from exhibit.recall.look import corners_of, fits
from exhibit.recall.measured import Measured, measure
from exhibit.recall.scoring import MOST_EXPLAINED, Fit
from exhibit.recall.search import COARSE_WEIGHT, FINE_REACH, FINE_WEIGHT
from models.sketches.framing import Placement, frame_strokes
from models.sketches.quickdraw import drawn_up_to, read_quickdraw, split_held_out
from models.sketches.raster import table_ink

SIZE_PX, WIDTH_PX = 128, 1.5
SHARES = (0.5, 1.0)
MANY = 6000
SAME = 0.02
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Compared:
    """What was measured; times in milliseconds of the processor, the median of all inks."""

    drawings: int
    rows: int
    inks: int
    search_ms: float
    exhaustive_ms: float
    times_faster: float
    same_drawing: float
    agrees: float
    rows_of_many: int
    search_of_many_ms: float
    times_slower_of_many: float


def compare(memory: Memory, inks: Sequence[Gray]) -> Compared:
    """Run both searches over inks (S, S) uint8, and the fast one over a memory of 6,000."""
    wholes = sum(record.detail_of is None for record in memory.provenance)
    many = repeated(memory, MANY / wholes)
    fast, slow, of_many, same, agrees = [], [], [], [], []
    for ink in inks:
        finds, taken_ms = timed(memory.search, ink)
        fast.append(taken_ms)
        of_many.append(timed(many.search, ink)[1])
        measured = measure(ink)
        if not finds or measured is None:
            continue
        liking = memory.liking(ink, measured)
        scores, taken_ms = timed(exhaustive, memory.index, measured, liking)
        slow.append(taken_ms)
        same.append(finds[0].drawing == int(scores.argmax()))
        agrees.append(same[-1] or finds[0].score >= scores.max() - SAME)
    search_ms, slow_ms, many_ms = (float(np.median(taken)) for taken in (fast, slow, of_many))
    return Compared(
        drawings=wholes,
        rows=len(memory),
        inks=len(slow),
        search_ms=round(search_ms, 1),
        exhaustive_ms=round(slow_ms, 1),
        times_faster=round(slow_ms / search_ms, 1),
        same_drawing=round(float(np.mean(same)), 3),
        agrees=round(float(np.mean(agrees)), 3),
        rows_of_many=len(many),
        search_of_many_ms=round(many_ms, 1),
        times_slower_of_many=round(many_ms / search_ms, 2),
    )


def timed(work: Callable[..., T], *given: Any) -> tuple[T, float]:
    """Return what `work` returns, and the processor's milliseconds the second time it is asked."""
    work(*given)
    began = time.process_time()
    result = work(*given)
    return result, (time.process_time() - began) * 1000


def repeated(memory: Memory, times: float) -> Memory:
    """Return a memory of so many times the drawings, the same again and again."""
    stored = memory.stored()
    rows = np.arange(round(times * len(memory))) % len(memory)
    index = {
        name: array[rows] if len(array) == len(memory) else array
        for name, array in stored.index.items()
    }
    encoded = tuple(stored.encoded[row] for row in rows)
    provenance = tuple(stored.provenance[row] for row in rows)
    return Memory.of_stored(StoredMemory(encoded, index, provenance, stored.network))


def exhaustive(index: Index, measured: Measured, liking: Liking) -> Floats:
    """Return the best score (n,) of every drawing, at any size and fine cell, in either hand."""
    inks = Inks(measured)
    best = np.full(len(index), -np.inf, np.float32)
    for size, side in enumerate(SIDES):
        if not fits(measured.extent, size):
            continue
        for turned in (False, True):
            corners = corners_of(inks.at(size, turned, COARSE), 1)
            if not len(corners):
                continue
            fit = _coarse_fit(index, inks.at(size, turned, COARSE), corners)
            fine = _best_fine(index, inks.at(size, turned, FINE), corners)
            together = (
                COARSE_WEIGHT * np.minimum(fit.explained, MOST_EXPLAINED) + FINE_WEIGHT * fine
            )
            score = Fit(together, fit.contour, fit.inside).score(measured.closed)
            alike = whole_share(measured.extent, side) * liking.alike[:, int(turned)]
            best = np.maximum(
                best, liked(score, alike, liking.handicap[:, int(turned)]).max(axis=0)
            )
    return best


def _coarse_fit(index: Index, ink: InkCells, corners: Ints) -> Fit:
    """Fit of all n drawings at p corners; all (p, n)."""
    count, places = len(index), len(corners)
    contour = index.contour.reshape(count, -1).astype(np.float32)
    contour /= np.maximum(contour.sum(axis=1, keepdims=True), 1e-6)
    lines = as_shares(index.coarse).reshape(count, -1)
    return Fit(
        ink.lines_under(corners).reshape(places, -1) @ lines.T / np.float32(ink.norm),
        ink.near_under(corners).reshape(places, -1) @ contour.T,
        ink.sheet_under(corners).reshape(places, -1) @ index.inked.reshape(count, -1).T,
    )


def _best_fine(index: Index, ink: InkCells, corners: Ints) -> Floats:
    """The best of the fine cells around every coarse corner: (p, n)."""
    first, last = 2 * corners.min(axis=0) - FINE_REACH, 2 * corners.max(axis=0) + FINE_REACH
    rows, columns = (np.arange(low, high + 1) for low, high in zip(first, last, strict=True))
    grid = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1)
    lines = as_shares(index.fine).reshape(len(index), -1)
    explained = [
        ink.lines_under(row).reshape(len(row), -1) @ lines.T / np.float32(ink.norm) for row in grid
    ]
    at = 2 * corners - first
    around = [
        np.stack(explained)[at[:, 0] + down, at[:, 1] + across]
        for down in range(-FINE_REACH, FINE_REACH + 1)
        for across in range(-FINE_REACH, FINE_REACH + 1)
    ]
    return np.asarray(np.max(around, axis=0), np.float32)


def inks_of(sketches: Path | None, count: int) -> list[Gray]:
    """Held-out sketches at half and at the end; without, those of the simulated visitors."""
    if sketches is None:
        own = [[np.asarray(s, np.float32) for s in sketch.strokes] for sketch in load_sketches()]
        framed = [frame_strokes(strokes, strokes, Placement()) for strokes in own]
        return [table_ink(strokes, SIZE_PX, WIDTH_PX, WIDTH_PX) for strokes in framed][:count]
    _, held_out = split_held_out(read_quickdraw(sketches))
    chosen = held_out[:: max(1, len(held_out) * len(SHARES) // count)]
    return [
        table_ink(
            frame_strokes(drawn_up_to(sketch, share), sketch.strokes, Placement()),
            SIZE_PX,
            WIDTH_PX,
            WIDTH_PX,
        )
        for sketch in chosen
        for share in SHARES
    ][:count]


@click.command(help=__doc__)
@click.option("--bundle", default="lear", show_default=True, metavar="NAME|DIR")
@click.option("--sketches", type=click.Path(path_type=Path), help="Quick, Draw! sketches.")
@click.option("--inks", default=20, show_default=True, help="How many inks are searched for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(bundle: str, sketches: Path | None, inks: int, as_json: bool) -> None:
    """Compare and print."""
    memory = open_memory(load_bundle(find_bundle(bundle)))
    if memory is None:
        raise InputError(f"bundle '{bundle}' has no memory; expected one of format 2")
    compared = asdict(compare(memory, inks_of(sketches, inks)))
    if as_json:
        click.echo(json.dumps(compared))
        return
    for name, value in compared.items():
        click.echo(f"{name.replace('_', ' '):24} {value:>10}")


if __name__ == "__main__":
    main()
