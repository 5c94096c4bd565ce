"""Milliseconds of encoder, generator and editing on this machine.

python -m benchmarks.inference --bundle lear [--json]
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import click
import numpy as np

from exhibit.contract.bundle import Bundle, find_bundle, load_bundle
from exhibit.contract.directions import Direction
from exhibit.contract.latents import load_latents
from exhibit.contract.settings.schema import (
    DirectionConfig,
    EditingConfig,
    ModelConfig,
    ModulationConfig,
)
from exhibit.contract.values import Code, Gray, Ink
from exhibit.editing.bank import Bank
from exhibit.editing.editor import DirectionEditor
from exhibit.editing.pull import make_pull
from exhibit.inference import open_models

RUNS, DIRECTIONS = 200, 16


@dataclass(frozen=True, slots=True)
class Timing:
    """Percentiles of one measurement in milliseconds."""

    what: str
    p50_ms: float
    p95_ms: float


def measure(what: str, work: Callable[[int], object], runs: int = RUNS) -> Timing:
    """Run `work(0)`, `work(1)`, ... and return how long one call takes."""
    for index in range(5):
        work(index)
    taken_ms = np.empty(runs)
    for index in range(runs):
        began = time.perf_counter()
        work(index)
        taken_ms[index] = (time.perf_counter() - began) * 1000
    p50, p95 = np.percentile(taken_ms, [50, 95])
    return Timing(what, round(float(p50), 3), round(float(p95), 3))


def networks(bundle: Bundle, threads: int) -> list[Timing]:
    """Measure encoder and generator as the engine calls them."""
    models = open_models(bundle, ModelConfig(threads=threads))
    ink = drawing(bundle.card.ink_size)
    w_plus, feature = models.encoder.encode_pixels(ink)
    where = f"{models.providers_got[0]}, {threads} thread{'s' if threads > 1 else ''}"
    return [
        measure(f"encode ({where})", lambda _: models.encoder.encode_pixels(ink)),
        measure(f"synthesise ({where})", lambda _: models.generator.pixels_of(w_plus, feature)),
    ]


def editing(bundle: Bundle) -> list[Timing]:
    """Measure an edit with 16 directions that all move, on the same code and on new ones."""
    bank = Bank(bundle.card, sixteen(bundle))
    editor = DirectionEditor(
        bank,
        make_pull(bundle, load_latents(bundle)),
        None,
        bundle.card.stroke_width_px,
        time.monotonic,
    )
    modulation = ModulationConfig(kind="sine", depth=1.0, period_s=7.0)
    asked = tuple(
        DirectionConfig(name=name, strength=0.5, modulation=modulation) for name in bank.names
    )
    editor.configure(EditingConfig(directions=asked), ModelConfig())
    rng = np.random.default_rng(1)
    shape = (bundle.card.num_ws, bundle.card.w_dim)
    codes = [Code(i, 0.0, rng.normal(0, 1, shape).astype(np.float32)) for i in range(RUNS)]
    ink = ink_of(drawing(bundle.card.ink_size))
    return [
        measure(f"edit, {DIRECTIONS} directions moving", lambda _: editor.edit(codes[0], ink)),
        measure(
            f"edit, {DIRECTIONS} directions moving, new code",
            lambda index: editor.edit(codes[index], ink),
        ),
    ]


def sixteen(bundle: Bundle) -> dict[str, Direction]:
    """Return random directions; how long an edit takes does not depend on what they mean."""
    rng = np.random.default_rng(2)
    num_ws, w_dim = bundle.card.num_ws, bundle.card.w_dim
    template = Direction("", np.zeros(w_dim, np.float32), tuple(range(num_ws)), (-2, 2), 1.0, {})
    found = {}
    for index in range(DIRECTIONS):
        vector = rng.normal(0, 1, w_dim).astype(np.float32)
        name = f"random-{index}"
        found[name] = replace(template, name=name, vector=vector / np.linalg.norm(vector))
    return found


def drawing(size: int) -> Gray:
    """Return ink of a cross, (size, size)."""
    ink = np.full((size, size), 255, np.uint8)
    ink[size // 2, size // 8 : -size // 8] = ink[size // 8 : -size // 8, size // 2] = 0
    return ink


def ink_of(pixels: Gray) -> Ink:
    """Return a value of ink with nothing but a picture."""
    hand = np.zeros(pixels.shape, np.bool_)
    nothing = np.full_like(pixels, 255)
    return Ink(1, 0.0, pixels, pixels, nothing, nothing, pixels, hand, None, None, 0.02)


@click.command()
@click.option("--bundle", default=ModelConfig().bundle, show_default=True, help="Name or folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(bundle: str, as_json: bool) -> None:
    """Measure encoder and generator with one and two threads, and editing."""
    opened = load_bundle(find_bundle(bundle))
    timings = [t for threads in (1, 2) for t in networks(opened, threads)] + editing(opened)
    if as_json:
        found = {t.what: {"p50_ms": t.p50_ms, "p95_ms": t.p95_ms} for t in timings}
        click.echo(json.dumps({"bundle": opened.card.name, "timings": found}, indent=1))
        return
    card = opened.card
    click.echo(f"{card.name}: {card.resolution} px, w_dim {card.w_dim}, {RUNS} runs each")
    for t in timings:
        click.echo(f"  {t.what:44} p50 {t.p50_ms:8.3f} ms   p95 {t.p95_ms:8.3f} ms")


if __name__ == "__main__":
    main()
