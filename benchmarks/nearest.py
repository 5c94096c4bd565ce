"""How long does the label look for the nearest drawing? `python -m benchmarks.nearest`.

Takes the shipped bundle's index, repeats it to a memory of 6,000 drawings, and looks for the
pictures of the bundle's prepared loop.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

import click
import cv2
import numpy as np

from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.latents import load_latents
from exhibit.recall.memory import Memory, open_memory
from exhibit.recall.nearest import Nearest

_SMALLER_PX = 140


@click.command()
@click.option("--drawings", type=click.IntRange(1, 100_000), default=6000, show_default=True)
def main(drawings: int) -> None:
    """Measure the search, and whether drawings are found again where they are smaller."""
    bundle = load_bundle(find_bundle("lear"))
    memory = open_memory(bundle)
    if memory is None:
        raise click.ClickException("the shipped bundle has no memory")
    rows = np.resize(np.arange(len(memory)), drawings)
    nearest = Nearest(replace(memory.index, coarse=memory.index.coarse[rows]), memory.barred[rows])
    nearest(memory.drawing(0))
    times, processor = [], []
    for picture in load_latents(bundle).attract:
        began, began_working = time.perf_counter(), time.thread_time()
        nearest(picture)
        times.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.thread_time() - began_working))
    found = {
        "drawings": drawings,
        "ms": _percentiles(times),
        "processor_ms": _percentiles(processor),
        "found_again": _again(memory),
    }
    click.echo(json.dumps(found, indent=2))


def _percentiles(times: list[float]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(times, p)), 2) for p in (50, 95)}


def _again(memory: Memory) -> str:
    nearest = Nearest(memory.index, memory.barred)
    rows = range(0, len(memory), 10)
    right = 0
    for row in rows:
        page = np.full((300, 300), 255, np.uint8)
        size = (_SMALLER_PX, _SMALLER_PX)
        smaller = cv2.resize(memory.drawing(row), size, interpolation=cv2.INTER_AREA)
        page[90 : 90 + _SMALLER_PX, 30 : 30 + _SMALLER_PX] = smaller
        right += nearest(page) == row
    return f"{right} of {len(rows)}"


if __name__ == "__main__":
    main()
