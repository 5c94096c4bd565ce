"""How well ink is found in a single picture: `python -m benchmarks.stills --drawings DIR`.

Pages of `benchmarks.pages` and of `benchmarks.degraded`, whose ink is known, through `exhibit ink
--mask` and through other methods: F, recall and precision of each kind, and the worst page.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import click
import cv2
import numpy as np

from benchmarks.degraded import DEGRADED, load_drawings, make_degraded
from benchmarks.metrics import f_measure
from benchmarks.pages import KINDS, Page, make_page
from benchmarks.rivals import RIVALS, Method
from exhibit.ink.still import binarise

PAGES = 6
OURS = "ours"
_TILE_PX = (620, 230)
_LARGE_PX = (4000, 6000)


def pages_of(kind: str, count: int, drawings: list[Path]) -> list[Page]:
    """Make the pages of one kind."""
    if kind in KINDS:
        return [make_page(seed, kind) for seed in range(count)]
    return [make_degraded(seed, kind, drawings) for seed in range(count)]


def measure(pages: list[Page], method: Method) -> dict[str, float]:
    """Return the means of F, recall and precision, the lowest F, and processor seconds a Mpx."""
    scores = []
    spent = pixels = 0.0
    for page in pages:
        start = time.process_time()
        found = method(page.pixels) < 128
        spent += time.process_time() - start
        pixels += page.pixels.size / 1e6
        ink = page.truth < 128
        hits = np.count_nonzero(found & ink)
        scores.append(
            (
                f_measure(found, ink),
                100.0 * hits / max(1, int(np.count_nonzero(ink))),
                100.0 * hits / max(1, int(np.count_nonzero(found))),
            )
        )
    f, recall, precision = np.mean(scores, axis=0)
    worst = min(score[0] for score in scores)
    return {
        "f": round(float(f), 1),
        "recall": round(float(recall), 1),
        "precision": round(float(precision), 1),
        "worst": round(worst, 1),
        "cpu_s_per_mpx": round(spent / pixels, 3),
    }


def large_still() -> dict[str, float]:
    """Return the seconds that 24 million pixels of thin strokes take."""
    page = make_page(3, KINDS[0]).pixels
    times = [-(-size // own) for size, own in zip(_LARGE_PX, page.shape, strict=True)]
    large = np.ascontiguousarray(np.tile(page, times)[: _LARGE_PX[0], : _LARGE_PX[1]])
    wall, cpu = time.perf_counter(), time.process_time()
    binarise(large)
    return {
        "wall_s": round(time.perf_counter() - wall, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
    }


def draw_picture(path: Path, kinds: Sequence[str], drawings: list[Path]) -> None:
    """Draw the first page of each kind beside its ink, two kinds a row."""
    tiles = []
    for kind in kinds:
        page = pages_of(kind, 1, drawings)[0]
        found, ink = binarise(page.pixels) < 128, page.truth < 128
        colours = np.full((*ink.shape, 3), 255, np.uint8)
        colours[found & ink] = 0
        colours[ink & ~found] = (230, 120, 0)
        colours[found & ~ink] = (40, 40, 230)
        both = np.hstack([cv2.merge([page.pixels] * 3), colours])
        scale = max(_TILE_PX[0] / both.shape[1], _TILE_PX[1] / both.shape[0])
        small = cv2.resize(both, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        tile = np.ascontiguousarray(small[: _TILE_PX[1], : _TILE_PX[0]])
        cv2.rectangle(tile, (0, 0), (12 + 9 * len(kind), 20), (255, 255, 255), -1)
        cv2.putText(tile, kind, (6, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
        tiles.append(tile)
    if len(tiles) % 2:
        tiles.append(np.full_like(tiles[0], 255))
    rows = [np.hstack(tiles[number : number + 2]) for number in range(0, len(tiles), 2)]
    cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])


@click.command()
@click.option(
    "--drawings",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Black drawings on white for half of the pages; left out, all pages are handwriting.",
)
@click.option("--pages", default=PAGES, show_default=True, help="Pages of each kind.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice([*KINDS, *DEGRADED]))
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw one page of each kind with its ink: blue is lost, red is none.",
)
@click.option("--alone", is_flag=True, help="Leave the other methods out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(
    drawings: Path | None,
    pages: int,
    kinds: tuple[str, ...],
    picture: Path | None,
    alone: bool,
    as_json: bool,
) -> None:
    """Measure ink of single pages, kind by kind, beside other methods."""
    cv2.setNumThreads(1)
    files = load_drawings(drawings) if drawings is not None else []
    methods = {OURS: binarise} if alone else {OURS: binarise, **RIVALS}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for kind in kinds or (*KINDS, *DEGRADED):
        made = pages_of(kind, pages, files)
        found[kind] = {name: measure(made, method) for name, method in methods.items()}
        if not as_json:
            _show(kind, found[kind])
    everything = {
        name: {
            key: round(float(np.mean([kind[name][key] for kind in found.values()])), 1)
            for key in ("f", "recall", "precision")
        }
        | {"worst": min(kind[name]["worst"] for kind in found.values())}
        for name in methods
    }
    if picture is not None:
        draw_picture(picture, kinds or (*KINDS, *DEGRADED), files)
    if as_json:
        click.echo(json.dumps({**found, "all": everything, "large": large_still()}, indent=1))
    else:
        _show("all", everything)
        click.echo(f"\n24 million pixels: {large_still()}")


def _show(kind: str, methods: dict[str, dict[str, float]]) -> None:
    click.echo(f"\n{kind}")
    for name, row in sorted(methods.items(), key=lambda item: -item[1]["f"]):
        click.echo(
            f"  {name:20} F {row['f']:5.1f}  recall {row['recall']:5.1f}  "
            f"precision {row['precision']:5.1f}  worst {row['worst']:5.1f}"
            + (f"  {row['cpu_s_per_mpx']:.2f} s/Mpx" if "cpu_s_per_mpx" in row else "")
        )


if __name__ == "__main__":
    main()
