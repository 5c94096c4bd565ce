"""Which of two bundles' graphs are faster, and do they draw the same?

    python -m benchmarks.graphs OLD NEW --rounds 40

Encoder and generator of both bundles take turns in one process, on the golden inks of the first.
Processor time of all threads is given beside the time that passed: on a machine that others use it
is what can be compared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
import numpy as np

from benchmarks.spread import Spread, spread_of
from exhibit.contract.arrays import open_arrays
from exhibit.contract.bundle import GOLDEN, find_bundle, load_bundle
from exhibit.contract.settings.schema import ModelConfig
from exhibit.contract.values import Gray
from exhibit.inference import Models, open_models

_WARM = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """One network of both bundles; `ratio` is the new one's median over the old one's."""

    network: str
    old_processor_ms: Spread
    new_processor_ms: Spread
    ratio: float
    old_ms: Spread
    new_ms: Spread


Pair = tuple[Models, Models]


def compare(pair: Pair, inks: Gray, rounds: int) -> tuple[list[Compared], int]:
    """Return times of both networks, and the largest difference of a pixel in greys.

    Args:
        pair: the old one and the new one, opened with as many threads.
        inks: (k, planes, S, S) uint8.
        rounds: turns of each.
    """
    planes = list(inks[0])
    old, new = pair
    codes = old.encoder.encode_pixels(*planes)
    compared = [
        _compared(
            "encoder",
            partial(old.encoder.encode_pixels, *planes),
            partial(new.encoder.encode_pixels, *planes),
            rounds,
        ),
        _compared(
            "generator",
            partial(old.generator.levels_of, *codes),
            partial(new.generator.levels_of, *codes),
            rounds,
        ),
    ]
    differences = [
        np.abs(_picture(old, ink).astype(int) - _picture(new, ink)).max() for ink in inks
    ]
    return compared, int(max(differences))


def _picture(models: Models, planes: Gray) -> Gray:
    return models.generator.pixels_of(*models.encoder.encode_pixels(*planes))


def _compared(
    name: str, old: Callable[[], object], new: Callable[[], object], rounds: int
) -> Compared:
    taken = np.empty((2, rounds, 2))
    for number in range(-_WARM, rounds):
        # Whoever comes second finds the caches cold of the other's weights, so they change places.
        for which, work in ((0, old), (1, new))[:: 1 if number % 2 else -1]:
            began, working = time.perf_counter(), time.process_time()
            work()
            if number >= 0:
                ended = time.process_time() - working, time.perf_counter() - began
                taken[which, number] = np.array(ended) * 1000
    ratio = np.median(taken[1, :, 0]) / np.median(taken[0, :, 0])
    spreads = [spread_of(taken[which, :, kind]) for kind in (0, 1) for which in (0, 1)]
    return Compared(name, spreads[0], spreads[1], round(float(ratio), 3), spreads[2], spreads[3])


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--threads", default=1, show_default=True)
@click.option("--rounds", type=click.IntRange(5), default=40, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(old: str, new: str, threads: int, rounds: int, as_json: bool) -> None:
    """Compare the graphs of bundle OLD with those of bundle NEW."""
    bundles = [load_bundle(find_bundle(given)) for given in (old, new)]
    config = ModelConfig(threads=threads, providers=("cpu",))
    inks = _golden_inks(bundles[0].file(GOLDEN))
    pair = open_models(bundles[0], config), open_models(bundles[1], config)
    compared, difference = compare(pair, inks, rounds)
    if as_json:
        found = {"networks": [asdict(c) for c in compared], "largest_difference": difference}
        click.echo(json.dumps(found))
        return
    for c in compared:
        click.echo(f"{c.network}: processor time {c.ratio} of the old one's (medians)")
        rows = {"old": (c.old_processor_ms, c.old_ms), "new": (c.new_processor_ms, c.new_ms)}
        for name, (processor, passed) in rows.items():
            click.echo(
                f"  {name}  processor {processor.least:7.2f} {processor.median:7.2f} "
                f"{processor.most:7.2f} ms   passed {passed.least:7.2f} {passed.median:7.2f} "
                f"{passed.most:7.2f} ms   (least, median, most)"
            )
    click.echo(f"largest difference of a pixel: {difference} of 255")


def _golden_inks(file: Path) -> Gray:
    with open_arrays(file) as golden:
        inks = golden["ink"]
    levels = inks if inks.dtype == np.uint8 else np.rint((inks + 1) * 127.5)
    return np.asarray(levels, np.uint8)


if __name__ == "__main__":
    main()
