"""What tells handwriting from drawing: line statistics, one or all, or a picture of the lines.

Words are written in single-stroke letters with a wobble; the letters that are tested with are of
other fonts, and say other names, than those learnt from. Drawings are sketches of visitors: those
that are tested with are of categories that nothing was learnt from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import mannwhitneyu

from exhibit.contract.values import Gray
from exhibit.recall.handwriting import LIKELY, STATISTICS, in_pairs, scaled, statistics, writing
from exhibit.recall.orientation import line_density
from models.sketches.framing import Placement, frame_strokes, random_placement
from models.sketches.quickdraw import TimedSketch, drawn_up_to, read_quickdraw, split_held_out
from models.sketches.raster import table_ink
from models.sketches.writing import FIRST_NAMES, placed_writing

_SIZE_PX, _STROKE_PX = 128, 1.5
_LEARNT = (
    "Alexander Bertha Carlos Dora Emil Frieda Georg Helene Igor Julia Klaus Lena Martin Nora "
    "Otto Petra Quentin Rudolf Sofia Theo Ursula Viktor Walter Xenia Yusuf Zoe hello museum "
    "Paris love the owl and the pussycat went to sea in a beautiful pea "
    "green boat they took some honey"
)
_FONTS = {"learnt": ("futural", "scripts"), "tested": ("rowmans", "cursive")}
Features = NDArray[np.floating]
Measure = Callable[[Gray], Features]


def sketch_inks(
    sketches: Sequence[TimedSketch], count: int, rng: np.random.Generator
) -> list[Gray]:
    """Draw sketches and beginnings of sketches, anywhere and of any size."""
    inks = []
    for which in rng.integers(len(sketches), size=count):
        sketch = sketches[which]
        share = 1.0 if rng.random() < 0.4 else rng.uniform(0.2, 1)
        strokes = frame_strokes(drawn_up_to(sketch, share), sketch.strokes, random_placement(rng))
        inks.append(table_ink(strokes, _SIZE_PX, _STROKE_PX, _STROKE_PX))
    return inks


def shading_inks(count: int, rng: np.random.Generator) -> list[Gray]:
    """Shade an area in one go, to and fro, once or crosswise, as visitors fill things in."""
    inks = []
    for _ in range(count):
        strokes = []
        for turn in rng.uniform(0, np.pi, rng.integers(1, 3)):
            lines = int(rng.integers(4, 24))
            across = np.repeat(np.linspace(-0.5, 0.5, lines), 2) + rng.normal(0, 0.01, 2 * lines)
            along = np.tile([-0.5, 0.5, 0.5, -0.5], lines)[: 2 * lines]
            points = (along * rng.uniform(0.8, 1, 2 * lines) + 1j * across) * np.exp(1j * turn)
            strokes.append(np.stack([points.real, points.imag], axis=1).astype(np.float32))
        placed = frame_strokes(strokes, strokes, random_placement(rng))
        inks.append(table_ink(placed, _SIZE_PX, _STROKE_PX, _STROKE_PX))
    return inks


def text_inks(
    words: Sequence[str], fonts: Sequence[str], count: int, rng: np.random.Generator
) -> list[Gray]:
    """Write words, lines of them and pages, no smaller than can be read."""
    inks = []
    for _ in range(count):
        rows = 1 if rng.random() < 0.7 else int(rng.integers(2, 9))
        most = 2 if rows == 1 and rng.random() < 0.85 else 5
        lines = [" ".join(rng.choice(words, rng.integers(1, most))) for _ in range(rows)]
        lines = [line.upper() for line in lines] if rng.random() < 0.15 else lines
        extent = max(map(len, lines)) * rng.uniform(0.045, 0.3)
        extent = min(rng.uniform(0.5, 0.96), max(0.2, extent))
        x, y = rng.uniform(extent / 2 + 0.02, 0.98 - extent / 2, 2)
        strokes = placed_writing(lines, str(rng.choice(fonts)), Placement(extent, (x, y)), rng)
        inks.append(table_ink(strokes, _SIZE_PX, _STROKE_PX, _STROKE_PX))
    return inks


def measured(ink: Gray) -> Features:
    """Return the line statistics; zeros where there is too little to measure."""
    found = statistics(ink)
    return np.zeros(len(STATISTICS), np.float32) if found is None else found


def pictured(ink: Gray) -> Features:
    """Return the lines of the ink's box in 8 by 8 cells and six directions."""
    x, y, width, height = cv2.boundingRect(np.asarray(ink < 150, np.uint8))
    side = max(width, height, 1)
    left, top = x + (width - side) / 2, y + (height - side) / 2
    to_ink = np.array([[side / 64, 0, left], [0, side / 64, top]])
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
    box = cv2.warpAffine(ink, to_ink, (64, 64), flags=flags, borderValue=255)
    cells = line_density(np.asarray(box, np.uint8)).reshape(8, 8, 8, 8, 6).sum(axis=(1, 3))
    return np.asarray(np.sqrt(cells.ravel()), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What tells text from drawing: features, their weights and a bias."""

    measure: Measure
    weights: Features
    bias: float

    def likeness(self, ink: Gray) -> float:
        """How likely ink is text, 0 .. 1."""
        return float(expit(self.measure(ink) @ self.weights + self.bias))


def fit(measure: Measure, texts: Sequence[Gray], drawings: Sequence[Gray], penalty: float) -> Told:
    """Fit a logistic regression with a penalty on the squared weights of scaled features."""
    features = np.stack([measure(ink) for ink in (*texts, *drawings)]).astype(np.float64)
    middle, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    scaled_features = (features - middle) / spread
    signs = np.repeat([1.0, -1.0], [len(texts), len(drawings)])

    def loss(parameters: Features) -> tuple[float, Features]:
        weights, bias = parameters[:-1], parameters[-1]
        margins = signs * (scaled_features @ weights + bias)
        pull = -signs * expit(-margins)
        slope = np.append(scaled_features.T @ pull + penalty * weights, pull.sum())
        return float(np.logaddexp(0, -margins).sum() + penalty / 2 * weights @ weights), slope

    start = np.zeros(features.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 3000}).x
    weights = found[:-1] / spread
    return Told(measure, weights, float(found[-1] - weights @ middle))


def judged(
    likeness: Callable[[Gray], float], sets: Mapping[str, Sequence[Gray]]
) -> dict[str, float]:
    """Return the area under the curve, and the share of each set taken for handwriting."""
    likely = {name: np.array([likeness(ink) for ink in inks]) for name, inks in sets.items()}
    texts, drawings = likely["texts"], likely["drawings"]
    above = mannwhitneyu(texts, drawings).statistic / (len(texts) * len(drawings))
    taken = {name: float((values > LIKELY).mean()) for name, values in likely.items()}
    return {"auc": float(above), **taken}


def paired(ink: Gray) -> Features:
    """Return the line statistics, scaled as the table scales them, and their products."""
    return in_pairs(scaled(measured(ink)))


@click.command()
@click.argument("sketches", type=click.Path(path_type=Path))
@click.option("--count", default=1500, show_default=True, help="Of each kind to learn from.")
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(sketches: Path, count: int, seed: int, as_json: bool) -> None:
    """Compare what tells handwriting from drawing, on Quick, Draw! SKETCHES (.ndjson)."""
    rng = np.random.default_rng(seed)
    training, held_out = split_held_out(read_quickdraw(sketches))
    texts = text_inks(_LEARNT.split(), _FONTS["learnt"], count, rng)
    drawings = sketch_inks(training, count, rng) + shading_inks(count // 8, rng)
    sets = {
        "texts": text_inks(FIRST_NAMES, _FONTS["tested"], 300, rng),
        "drawings": sketch_inks(held_out, 400, rng),
        "shading": shading_inks(100, rng),
        "names": [
            table_ink(placed_writing([name], font, Placement(rng.uniform(0.4, 0.85)), rng), *size)
            for name in FIRST_NAMES
            for font in _FONTS["tested"]
            for size in [(_SIZE_PX, _STROKE_PX, _STROKE_PX)]
        ],
    }
    pairs = fit(paired, texts, drawings, 1.0)
    contenders: dict[str, tuple[Measure, float]] = {
        **{f"one statistic: {name}": (one(k), 1.0) for k, name in enumerate(STATISTICS)},
        "picture of the lines, 384 numbers": (pictured, 50.0),
        "all statistics": (measured, 1.0),
    }
    figures = {
        name: judged(fit(measure, texts, drawings, penalty).likeness, sets)
        for name, (measure, penalty) in contenders.items()
    }
    figures["all statistics and their products"] = judged(pairs.likeness, sets)
    figures["as shipped"] = judged(writing, sets)
    if as_json:
        click.echo(json.dumps(figures))
        return
    click.echo("AUC, and the share taken for handwriting")
    for name, found in figures.items():
        shares = "   ".join(f"{of} {share:.3f}" for of, share in found.items() if of != "auc")
        click.echo(f"{name:48} {found['auc']:.3f}   {shares}")
    click.echo("weights: " + ", ".join(f"{weight:.3f}" for weight in pairs.weights))
    click.echo(f"bias: {pairs.bias:.3f}")


def one(which: int) -> Measure:
    """Return the measure of one statistic alone."""
    return lambda ink: measured(ink)[which : which + 1]


if __name__ == "__main__":
    main()
