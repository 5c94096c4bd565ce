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

from models.directions.classifier import Classifier, Examples, fit, score
from models.directions.drawing import draw_codes
from models.directions.factorial import (
    Cells,
    Doubles,
    Factorial,
    factorial_codes,
    over_layers,
    pictures_of,
    read_cells,
)
from models.directions.labels import as_matrix, read_labels
from models.directions.mean_difference import differences
from models.directions.measured import Measured
from models.directions.regression import regressed
from models.directions.subject import Subject, load_subject
from models.directions.tensor import EXPRESSION, INTENSITY, TURN, moves, transferred
from models.directions.tensor_fit import (
    Fit,
    fit_full_rank,
    fit_lasso,
    fit_ridge,
    fit_summed,
)
from models.directions.tensor_model import TensorModel, hosvd
from models.networks.psp.inverter import Codes
from models.sketches.raster import Gray

HELD_OUT, SHOWN, WEIGHT = 4, 12, 0.01
FITS: dict[str, Callable[[TensorModel, Doubles, float], Fit]] = {
    "ALS, ridge": fit_ridge,
    "ALS, lasso": fit_lasso,
    "sum constraint": fit_summed,
    "full rank": fit_full_rank,
}
IDENTITY = ("glasses", "beard", "hair-dark")
Row = dict[str, float]


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


def asked_moves(seen: Factorial) -> dict[str, Doubles]:
    """What each method adds to a code for each expression and for one degree of yaw.

    Returns:
        By method (expressions + 1, w_dim). Lengths are the methods' own where they have one; a
        direction of regression or mean difference is as long as fits the codes seen best.
    """
    codes, cells = seen.codes[..., 0, :], seen.cells
    yaws = np.array(cells.levels["yaw_deg"], np.float64)
    model = hosvd(codes)
    strengths = np.array(cells.levels["intensity"], np.float64)
    forms = {
        "tensor, truncated": np.stack(moves(model, yaws)),
        "tensor, slope": np.stack(moves(model, yaws, strengths)),
    }
    for tensor in forms.values():
        tensor[-1] /= np.ptp(yaws)
    shape = codes.shape[:-1]
    strength = strengths[None, None, :, None]
    index = np.indices(shape)
    values = [
        np.broadcast_to(strength, shape) * (index[EXPRESSION] == e)
        for e in range(shape[EXPRESSION])
    ]
    values.append(yaws[index[TURN]])
    table = np.stack([value.ravel() for value in values], axis=1).astype(np.float64)
    names = (*cells.levels["expression"], "yaw")
    flat = codes.reshape(-1, codes.shape[-1])
    measured = Measured(flat.astype(np.float32), names, table)
    # No measure's other ones are held fast by mean difference: that is the method.
    found = {"regression": regressed(measured), "mean difference": differences(measured)}
    return forms | {
        name: np.stack([_fitted(v, flat, table[:, i]) for i, v in enumerate(vectors)])
        for name, vectors in found.items()
    }


def _fitted(vector: Doubles, codes: Doubles, values: Doubles) -> Doubles:
    """Make a direction as long as what one unit of its measure does to codes along it."""
    unit = vector / np.linalg.norm(vector)
    centred = values - values.mean()
    strength = float(centred @ (codes @ unit) / (centred @ centred))
    return np.asarray(strength * unit, np.float64)


def moved_codes(seen: Factorial, unseen: Factorial) -> dict[str, Doubles]:
    """Ask held-out heads, slightly happy, for each other expression in full and for each yaw.

    Returns:
        By method: codes after every move, in the order of `asked`.
    """
    model = hosvd(seen.codes[..., 0, :])
    moved: dict[str, list[Doubles]] = {name: [] for name in ("transfer", "unmoved", "truth")}
    steps = asked_moves(seen)
    moved |= {name: [] for name in steps}
    yaws = np.array(unseen.cells.levels["yaw_deg"], np.float64)
    strengths = np.array(unseen.cells.levels["intensity"], np.float64)
    for who, start, to in asked(unseen):
        code = unseen.codes[(who, *start)][0]
        fitted = fit_summed(model, code, WEIGHT)
        levels = {EXPRESSION: to[0], INTENSITY: to[1], TURN: to[2]}
        changed = {factor: level for factor, level in levels.items() if level != start[factor - 1]}
        moved["transfer"].append(transferred(model, fitted, code, changed))
        moved["unmoved"].append(code)
        moved["truth"].append(unseen.codes[(who, *to)][0])
        for name, vectors in steps.items():
            step = (yaws[to[2]] - yaws[start[2]]) * vectors[-1]
            if to[0] != start[0]:
                step = step + strengths[to[1]] * vectors[to[0]]
                step = step - strengths[start[1]] * vectors[start[0]]
            moved[name].append(code + step)
    return {name: np.stack(codes) for name, codes in moved.items()}


def asked(heads: Factorial) -> list[tuple[int, tuple[int, int, int], tuple[int, int, int]]]:
    """Who, from where and to where: expression, intensity, yaw. Expressions first, then yaws."""
    people, expressions, intensities, yaws = heads.codes.shape[:4]
    faces = [
        (who, (0, 0, yaw), (e, intensities - 1, yaw))
        for who in range(people)
        for e in range(1, expressions)
        for yaw in range(yaws)
    ]
    turns = [
        (who, (e, intensities - 1, a), (e, intensities - 1, b))
        for who in range(people)
        for e in range(expressions)
        for a in range(yaws)
        for b in range(yaws)
        if a != b
    ]
    return [*faces, *turns]


def edits(
    subject: Subject, judge: Classifier, seen: Factorial, unseen: Factorial, drawings: Gray
) -> dict[str, Row]:
    """How well each method's moves do what was asked of held-out heads with these drawings."""
    wanted = asked(unseen)
    faces = np.array([start[0] != to[0] for _, start, to in wanted])
    expression = np.array([to[0] for _, _, to in wanted])
    yaws = np.array(unseen.cells.levels["yaw_deg"], np.float64)
    yaw = yaws[[to[2] for _, _, to in wanted]]
    found = moved_codes(seen, unseen)
    w = {name: torch.from_numpy(codes).float() for name, codes in found.items()}
    pictures = {
        name: draw_codes(subject, Codes(subject.as_ws(codes), None)) for name, codes in w.items()
    }
    scores = {name: score(judge, drawn) for name, drawn in pictures.items()}
    shown = drawings.reshape(*unseen.codes.shape[:4], *drawings.shape[1:])
    table = {}
    for name, codes in found.items():
        told = scores[name]
        left = np.square(codes - found["truth"]).sum(axis=1)
        before = np.square(found["unmoved"] - found["truth"]).sum(axis=1)
        turned = yaw_told(told[:, : len(yaws)], yaws)
        nearest = [
            _nearest(picture, shown[who, :, to[1], to[2]])
            for picture, (who, _, to) in zip(pictures[name], wanted, strict=True)
        ]
        same = (told[:, -3:] > 0) == (scores["unmoved"][:, -3:] > 0)
        table[name] = {
            "expression told": float((np.array(nearest) == expression)[faces].mean()),
            "yaw error": float(np.abs(turned - yaw)[~faces].mean()),
            "identity kept": float(same.mean()),
            "code, expression": float(left[faces].sum() / before[faces].sum()),
            "code, yaw": float(left[~faces].sum() / before[~faces].sum()),
        }
    return table


def yaw_told(scores: Any, yaws: Doubles) -> Doubles:
    """Mean of the yaws, each as much as the judge believes in it."""
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(chances @ yaws / chances.sum(axis=1), np.float64)


def _nearest(picture: Gray, drawings: Gray) -> int:
    """Which of some drawings (n, R, R) a picture (R, R) differs from least, by absolute grey."""
    apart = np.abs(drawings.astype(np.int16) - picture.astype(np.int16))
    return int(apart.mean(axis=(1, 2)).argmin())


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
    seen, unseen = codes.people(slice(-HELD_OUT)), codes.people(slice(-HELD_OUT, None))
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
        seen, unseen = wide.people(slice(-HELD_OUT)), wide.people(slice(-HELD_OUT, None))
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
