"""What tensor models of a factorial set of heads tell, beside regression and mean difference.

python -m benchmarks.tensor --checkpoint heads64/latest.pt --heads heads --judged judged [--json]

Models are made of all people but the last four, who are held out. An expression is told when of
that person's three drawings at full intensity the right one is the nearest; yaws and who it is are
told by a network that learns on other people (--judged, made with --factors and another --seed).
Needs the [models] extra.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from exhibit.contract.values import Doubles, Gray
from models.directions.classifier import Classifier, Examples, fit, score
from models.directions.drawing import draw_w
from models.directions.factorial import (
    Cells,
    Factorial,
    factorial_codes,
    over_layers,
    pictures_of,
    read_cells,
)
from models.directions.labels import as_matrix, read_labels
from models.directions.subject import Subject, load_subject
from models.directions.tensor import TURN
from models.directions.tensor_fit import (
    Fit,
    fit_full_rank,
    fit_lasso,
    fit_ridge,
    fit_summed,
)
from models.directions.tensor_model import TensorModel, hosvd
from models.directions.transfer import (
    WEIGHT,
    Row,
    asked,
    grey_apart,
    held_out,
    left,
    moved_heads,
    of_expression,
    told,
)

SHOWN = 12
FITS: dict[str, Callable[[TensorModel, Doubles, float], Fit]] = {
    "ALS, ridge": fit_ridge,
    "ALS, lasso": fit_lasso,
    "sum constraint": fit_summed,
    "full rank": fit_full_rank,
}
IDENTITY = ("glasses", "beard", "hair-dark")


def trained_judge(dataset: Path, epochs: int, side: int) -> tuple[Classifier, Row]:
    """Teach a judge on a factorial set each yaw and who-labels; and how often it is right."""
    cells = read_cells(dataset)
    names = [*(f"yaw {level}" for level in cells.levels["yaw_deg"]), *IDENTITY]
    truths = _truths(cells, dataset)
    network, accuracy = fit(
        Examples(pictures_of(cells, dataset, side), truths), names, epochs, side_px=side
    )
    return network, {name: found.overall for name, found in accuracy.items()}


def _truths(cells: Cells, dataset: Path) -> Any:
    """(cells, names) bool in the order of a judge's names."""
    index = np.indices(cells.files.shape).reshape(cells.files.ndim, -1)
    labels = read_labels(dataset)
    who = as_matrix([labels[file] for file in cells.files.ravel()])
    kept = [("glasses", "beard", "mouth-open", "hair-dark").index(name) for name in IDENTITY]
    turns = index[TURN][:, None] == np.arange(cells.files.shape[TURN])
    return np.concatenate([turns, who[:, kept]], axis=1)


def reconstruction(seen: Factorial, unseen: Factorial, stacked: bool) -> dict[str, Row]:
    """Mean squared distance of some codes from their fit, by kind of fit.

    Args:
        seen: that the model is made of.
        unseen: of other people.
        stacked: one model a layer, or one of all layers' codes together.
    """
    forms = range(seen.codes.shape[-2]) if stacked else [slice(None)]
    table: dict[str, Row] = {name: {"training": 0.0, "held out": 0.0} for name in FITS}
    table["the mean"] = {"training": 0.0, "held out": 0.0}
    for rows in forms:
        train, test = _flat(seen.codes[..., rows, :], 4), _flat(unseen.codes[..., rows, :], 4)
        model = hosvd(train)
        for column, codes in (("training", _some(train)), ("held out", _some(test))):
            for name, way in FITS.items():
                left = [np.square(way(model, code, WEIGHT).code - code).sum() for code in codes]
                table[name][column] += float(np.mean(left))
            apart = np.square(codes - model.mean).sum(axis=1)
            table["the mean"][column] += float(apart.mean())
    return table


def _flat(codes: Doubles, kept: int) -> Doubles:
    return codes.reshape(*codes.shape[:kept], -1)


def _some(codes: Doubles) -> Doubles:
    flat = codes.reshape(-1, codes.shape[-1])
    chosen = np.linspace(0, len(flat) - 1, min(SHOWN, len(flat))).round().astype(int)
    return np.asarray(flat[chosen], np.float64)


def edits(
    subject: Subject, judge: Classifier, seen: Factorial, unseen: Factorial, drawings: Gray
) -> dict[str, Row]:
    """How well each method's moves do what was asked of held-out heads with these drawings."""
    wanted = asked(unseen.cells.files.shape)
    turns = ~of_expression(wanted)
    yaws = np.array(unseen.cells.levels["yaw_deg"], np.float64)
    yaw = yaws[[move.to[2] for move in wanted]]
    found = moved_heads(seen, unseen)
    pictures = {name: draw_w(subject, codes) for name, codes in found.items()}
    scores = {name: score(judge, drawn) for name, drawn in pictures.items()}
    true = drawings.reshape(*unseen.cells.files.shape, *drawings.shape[1:])
    table = {}
    for name, said in scores.items():
        turned = yaw_told(said[:, : len(yaws)], yaws)
        same = (said[:, -3:] > 0) == (scores["unmoved"][:, -3:] > 0)
        table[name] = told(pictures[name], true, wanted, grey_apart) | {
            "yaw error": float(np.abs(turned - yaw)[turns].mean()),
            "identity kept": float(same.mean()),
        }
        table[name] |= left(found, name, wanted)
    return table


def yaw_told(scores: Any, yaws: Doubles) -> Doubles:
    """Mean of the yaws, each as much as the judge believes in it."""
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(chances @ yaws / chances.sum(axis=1), np.float64)


@click.command()
@click.option("--checkpoint", type=click.Path(path_type=Path), required=True)
@click.option("--heads", type=click.Path(path_type=Path), required=True)
@click.option("--judged", type=click.Path(path_type=Path), required=True)
@click.option("--steps", default=10, show_default=True, help="Of redrawing, for codes in W+.")
@click.option("--epochs", default=10, show_default=True, help="Of the judge.")
@click.option("--json", "as_json", is_flag=True)
def main(
    checkpoint: Path, heads: Path, judged: Path, steps: int, epochs: int, as_json: bool
) -> None:
    """Measure reconstruction and edits of tensor models."""
    torch.set_num_threads(1)
    subject = load_subject(checkpoint)
    codes = factorial_codes(subject, checkpoint, heads)
    seen, unseen = held_out(codes)
    report: dict[str, Any] = {"W": reconstruction(seen, unseen, stacked=False)}
    _show("codes in W", report["W"], as_json)
    side = subject.generator.config.resolution
    judge, report["judge"] = trained_judge(judged, epochs, side)
    if not as_json:
        click.echo(f"judge, right about drawings of held-out cells: {report['judge']}")
    pictures = pictures_of(codes.cells, heads, side)
    drawings = pictures[-unseen.cells.files.size :]
    report["edits"] = edits(subject, judge, seen, unseen, drawings)
    _show("moves of held-out heads", report["edits"], as_json)
    if steps:
        wide = over_layers(subject, codes, pictures, steps)
        seen, unseen = held_out(wide)
        for stacked, name in ((False, "W+, vectorised"), (True, "W+, stacked")):
            report[name] = reconstruction(seen, unseen, stacked)
            _show(f"codes in {name}", report[name], as_json)
    if as_json:
        click.echo(json.dumps(report, indent=1))


def _show(title: str, table: dict[str, Row], as_json: bool) -> None:
    if as_json:
        return
    click.echo(f"\n{title}")
    for name, row in table.items():
        click.echo(f"  {name:18}" + "".join(f"  {k} {v:8.3f}" for k, v in row.items()))


if __name__ == "__main__":
    main()
