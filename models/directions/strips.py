"""The contact sheet of directions: what each one does, where, with what it goes, and its kin."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform

from exhibit.ink.images import as_gray
from models.directions.drawing import draw_moved
from models.directions.result import Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes
from models.sheets import contact_sheet
from models.sketches.raster import Gray

PAGE, WHOLE, TREE = "index.html", "sheet.png", "dendrogram.png"
STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Shares of the safe range, negative ones of its lower end."""
FALLBACK_SIGMAS = 3.0
"""Shown of a direction whose safe range was not measured."""
_TILE_PX = 96
_DPI = 100
_STYLE = (
    "body{font:16px/1.5 sans-serif;margin:2em auto;max-width:1100px;padding:0 1em}"
    "img{max-width:100%}section{border-top:1px solid #ccc;padding:1em 0}"
    "h2{margin:.2em 0}p{margin:.2em 0;color:#444}input{font:inherit;font-weight:bold}"
)


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """What a direction does to some codes.

    Args:
        direction: the direction.
        strengths: (steps,) in units of w.
        pictures: (steps, codes, R, R) uint8.
    """

    direction: Discovered
    strengths: tuple[float, ...]
    pictures: Gray

    @property
    def heat(self) -> NDArray[np.float32]:
        """Where pictures change between the ends, (R, R): mean over codes, 0 to 1."""
        first, last = (self.pictures[end].astype(np.float32) for end in (0, -1))
        return np.asarray(np.abs(last - first).mean(axis=0) / 255)


def draw_strip(subject: Subject, codes: Codes, direction: Discovered) -> Strip:
    """Draw codes from one end of a direction's safe range to the other."""
    reach = FALLBACK_SIGMAS * direction.sigma
    low, high = direction.safe_range or (-reach, reach)
    strengths = tuple(float(-step * low if step < 0 else step * high) for step in STEPS)
    pictures = np.stack([draw_moved(subject, codes, direction, s) for s in strengths])
    return Strip(direction, strengths, pictures)


def write_sheet(strips: Sequence[Strip], title: str, folder: Path) -> None:
    """Write `index.html`, one picture a direction, the dendrogram, and all of it as `sheet.png`.

    Args:
        strips: of all directions of all methods.
        title: of the page.
        folder: is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"direction-{index + 1:02}.png" for index in range(len(strips))]
    for name, strip in zip(names, strips, strict=True):
        strip_figure(strip).savefig(folder / name, dpi=_DPI)
    tree_figure([strip.direction for strip in strips]).savefig(folder / TREE, dpi=_DPI)
    sections = [_section(strip, name) for strip, name in zip(strips, names, strict=True)]
    tree = f"<section><h2>Which are alike</h2><img src='{TREE}' alt='Dendrogram'></section>"
    head = (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{html.escape(title)}</title>"
    )
    body = "\n".join([f"<h1>{html.escape(title)}</h1>", *sections, tree])
    page = f"{head}<style>{_STYLE}</style><body>{body}</body></html>\n"
    (folder / PAGE).write_text(page, encoding="utf-8")
    _stack([folder / name for name in (*names, TREE)], folder / WHOLE)


def strip_figure(strip: Strip) -> Figure:
    """Show a strip, its heat map and its correlations side by side."""
    tiles = strip.pictures.swapaxes(0, 1).reshape(-1, *strip.pictures.shape[2:])
    sized = [cv2.resize(t, (_TILE_PX, _TILE_PX), interpolation=cv2.INTER_AREA) for t in tiles]
    sheet = contact_sheet(sized, len(STEPS))
    figure = Figure(figsize=(10.5, 1.3 + sheet.shape[0] / _DPI), layout="constrained")
    grid = figure.add_gridspec(1, 3, width_ratios=[4.4, 1.7, 2.6])
    figure.suptitle(_caption(strip.direction), x=0.01, ha="left", fontweight="bold")
    left, middle, right = (figure.add_subplot(grid[0, column]) for column in range(3))
    left.imshow(sheet, cmap="gray", vmin=0, vmax=255)
    pitch = sheet.shape[1] / len(STEPS)
    ticks = [pitch * (index + 0.45) for index in range(len(STEPS))]
    left.set_xticks(ticks, [f"{strength:+.2f}" for strength in strip.strengths])
    left.set_yticks([])
    left.set_xlabel("strength, in units of w")
    middle.imshow(strip.heat, cmap="magma", vmin=0)
    middle.set_title("where it changes", fontsize=10)
    middle.set_axis_off()
    _plot_correlations(right, strip.direction.correlations)
    return figure


def _plot_correlations(axes: Axes, correlations: dict[str, float]) -> None:
    axes.set_title("goes with (correlation)", fontsize=10)
    if not correlations:
        axes.text(0.5, 0.5, "not measured", ha="center")
        axes.set_axis_off()
        return
    names = list(correlations)[::-1]
    values = [correlations[name] for name in names]
    colours = ["#1b6ca8" if value >= 0 else "#c0562f" for value in values]
    axes.barh(names, values, color=colours)
    axes.set_xlim(-1, 1)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1])
    axes.axvline(0, color="black", linewidth=0.8)
    axes.tick_params(labelsize=8)


def tree_figure(directions: Sequence[Discovered]) -> Figure:
    """Draw which directions are alike: Ward linkage of 1 − |cosine|.

    Source: figure 6 of "Semantic and localized representation learning".
    """
    figure = Figure(figsize=(10.5, 1.2 + 0.22 * len(directions)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title("Which directions are alike (Ward linkage of 1 − |cosine|)", fontsize=11)
    if len(directions) < 2:
        axes.set_axis_off()
        return figure
    apart = 1 - np.abs(cosines(directions))
    np.fill_diagonal(apart, 0)
    links = linkage(squareform(np.clip(apart, 0, 1), checks=False), method="ward")
    labels = [f"{d.name} ({d.method})" for d in directions]
    dendrogram(links, labels=labels, orientation="right", ax=axes, leaf_font_size=9)
    axes.set_xlabel("distance")
    return figure


def cosines(directions: Sequence[Discovered]) -> NDArray[np.float64]:
    """Cosine between all directions as they act on w_plus, (n, n); of W and W+ alike."""
    layers = max(max(d.layers) for d in directions) + 1
    acting = []
    for direction in directions:
        rows = np.zeros((layers, direction.vector.shape[-1]))
        chosen = list(direction.layers)
        whole = np.broadcast_to(direction.vector, (max(layers, _rows(direction)), rows.shape[1]))
        rows[chosen] = whole[chosen]
        acting.append(rows.ravel() / np.linalg.norm(rows))
    stacked = np.stack(acting)
    return stacked @ stacked.T


def _rows(direction: Discovered) -> int:
    return 1 if direction.vector.ndim == 1 else len(direction.vector)


def _caption(direction: Discovered) -> str:
    first, last = direction.layers[0], direction.layers[-1]
    run = direction.layers == tuple(range(first, last + 1))
    layers = f"{first}-{last}" if run else ",".join(map(str, direction.layers))
    return f"{direction.name}   ({direction.method}, layers {layers}, σ {direction.sigma:.2f})"


def _section(strip: Strip, picture: str) -> str:
    direction = strip.direction
    name = html.escape(direction.name, quote=True)
    low, high = strip.strengths[0], strip.strengths[-1]
    kind = (
        "safe range"
        if direction.safe_range
        else f"±{FALLBACK_SIGMAS:.0f}σ, safe range not measured"
    )
    return (
        f'<section><h2 data-name="{name}">{name}</h2>'
        f"<p>{html.escape(direction.method)}, {kind}: {low:.2f} to {high:.2f}</p>"
        f"<img src='{picture}' alt=\"What {name} does, from least to most\"></section>"
    )


def _stack(parts: Sequence[Path], whole: Path) -> None:
    pictures = [as_gray(cv2.imread(str(part))) for part in parts]
    width = max(picture.shape[1] for picture in pictures)
    padded = [
        cv2.copyMakeBorder(p, 0, 12, 0, width - p.shape[1], cv2.BORDER_CONSTANT, value=(255,) * 3)
        for p in pictures
    ]
    if not cv2.imwrite(str(whole), np.vstack(padded)):
        raise OSError(f"{whole}: could not be written")
