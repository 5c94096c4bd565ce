"""What appearances cost at the table, and a generator's additive map beside none.

python -m benchmarks.appearances [--bundle lear] [--checkpoint models/checkpoints/portraits.pt]

Sixteen appearances and four parts, one of which is what is drawn, all moving. The generator of the
checkpoint is exported twice, with the input and without; both draw by turns in one process. Needs
the [models] extra.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import onnxruntime
import torch

from benchmarks.inference import RUNS, drawing, ink_of, measure
from exhibit.contract.bundle import Bundle, find_bundle, load_bundle
from exhibit.contract.directions import Direction
from exhibit.contract.errors import InputError
from exhibit.contract.latents import load_latents
from exhibit.contract.parts import INK
from exhibit.contract.settings.schema import (
    DirectionConfig,
    EditingConfig,
    ModelConfig,
    ModulationConfig,
)
from exhibit.contract.values import Code, Floats
from exhibit.editing.appearances import Parts
from exhibit.editing.bank import Bank
from exhibit.editing.editor import DirectionEditor
from exhibit.editing.pull import make_pull
from exhibit.inference import open_models
from exhibit.inference.session import session_options
from exhibit.ink.figure import Figure
from models.export.graphs import export_generator, with_a_map
from models.saved.gan import load_generator

APPEARANCES, PARTS = 16, 4


def editor_of(bundle: Bundle) -> DirectionEditor:
    """Return an editor of random appearances that all move; what they mean costs nothing."""
    shape = bundle.card.feature_shape
    if shape is None:
        raise InputError(f"bundle '{bundle.card.name}' has no feature map; expected one")
    rng = np.random.default_rng(0)
    named = {f"part-{k}": rng.uniform(0, 1, shape[1:]).astype(np.float32) for k in range(PARTS - 1)}
    places = (INK, *named)
    # Of the channels before the planes of detail, as appearances of a bundle are.
    channels = min(shape[0], 64)
    one = Direction("", np.zeros(channels, np.float32), (), (-2, 2), 1.0, {}, INK, (1.0, 5.0))
    directions = {}
    for index in range(APPEARANCES):
        vector = rng.normal(0, 1, channels).astype(np.float32)
        name, unit = f"a-{index}", vector / np.linalg.norm(vector)
        directions[name] = replace(one, name=name, vector=unit, part=places[index % PARTS])
    editor = DirectionEditor(
        Bank(bundle.card, directions, named),
        make_pull(bundle, load_latents(bundle)),
        Parts(named, shape[1], Figure(shape[1])),
        bundle.card.stroke_width_px,
        time.monotonic,
    )
    moving = ModulationConfig(kind="sine", depth=1.0, period_s=7.0)
    asked = tuple(DirectionConfig(name=n, strength=0.5, modulation=moving) for n in directions)
    editor.configure(EditingConfig(directions=asked), ModelConfig())
    return editor


def by_turns(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Median milliseconds of two works that are done by turns."""
    taken = np.empty((RUNS, 2))
    for row in taken:
        for column, work in enumerate((first, second)):
            began = time.perf_counter()
            work()
            row[column] = 1000 * (time.perf_counter() - began)
    middle = np.median(taken, axis=0)
    return float(middle[0]), float(middle[1])


def with_and_without(checkpoint: Path, folder: Path) -> tuple[float, float]:
    """Median milliseconds of a checkpoint's generator with its map and without, on one thread."""
    generator = load_generator(checkpoint)
    with torch.no_grad():
        codes = {"w_plus": generator.mapping(torch.randn(1, generator.config.z_dim))}
    mapped = with_a_map(generator, codes)
    works = []
    for name, inputs in (("with", mapped), ("without", codes)):
        path = folder / f"{name}.onnx"
        export_generator(generator, inputs, path)
        session = onnxruntime.InferenceSession(
            str(path), session_options(1), providers=["CPUExecutionProvider"]
        )
        given: dict[str, Floats] = {key: value.numpy() for key, value in inputs.items()}
        works.append(lambda s=session, g=given: s.run(None, g))
    return by_turns(works[0], works[1])


@click.command()
@click.option("--bundle", default=ModelConfig().bundle, show_default=True, help="Name or folder.")
@click.option(
    "--checkpoint",
    default="models/checkpoints/portraits.pt",
    show_default=True,
    type=click.Path(path_type=Path),
)
def main(bundle: str, checkpoint: Path) -> None:
    """Measure appearances at the table, and the generator with its map and without."""
    torch.set_num_threads(1)
    opened = load_bundle(find_bundle(bundle))
    editor, ink = editor_of(opened), ink_of(drawing(opened.card.ink_size))
    models = open_models(opened, ModelConfig(providers=("cpu",), threads=1))
    code = models.encoder.encode(ink)
    codes = [replace(code, sequence=index) for index in range(RUNS)]
    what = f"edit, {APPEARANCES} appearances at {PARTS} parts"
    timings = [
        measure(what, lambda _: editor.edit(code, ink)),
        measure(f"{what}, new ink", lambda index: editor.edit(codes[index], ink)),
    ]
    for t in timings:
        click.echo(f"{t.what:48} p50 {t.p50_ms:7.3f} ms  p95 {t.p95_ms:7.3f} ms")
    edited: Code = editor.edit(code, ink)
    added, plain = by_turns(
        lambda: models.generator.synthesise(edited),
        lambda: models.generator.synthesise(replace(edited, added=None)),
    )
    click.echo(
        f"{opened.card.name}: a picture with what is added beside without: {added / plain:.3f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        mapped, bare = with_and_without(checkpoint, Path(folder))
    click.echo(f"{checkpoint.name}: with the map beside without: {mapped / bare:.3f}")


if __name__ == "__main__":
    main()
