"""How well a head turns that is asked to, through the structure of its landmarks.

python -m benchmarks.control --checkpoint turned/latest.pt --heads turned128 --judged judged \
    --landmarks landmarks/latest.pt --control control/latest.pt [--json]

Heads of people that the tensor is not made of are asked for each other yaw; where their landmarks
then lie is compared with where they were drawn at that yaw. Beside both edits of the structure
stand the tensor's, regression and mean difference. Needs the [models] extra.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from benchmarks.tensor import trained_judge, yaw_told
from exhibit.contract.values import Doubles
from models.directions.classifier import Classifier, score
from models.directions.drawing import draw_w
from models.directions.factorial import Factorial, factorial_codes, pictures_of
from models.directions.subject import Subject, load_subject
from models.directions.transfer import Move, Row, asked, held_out, moved_heads, of_expression
from models.structure.control import Control, by_gradient, by_inverse, load_control, turned
from models.structure.landmark_network import LandmarkNetwork, load_landmark_network, located
from models.structure.landmarks import Landmarks, read_landmarks
from models.structure.projection import rotations, shapes

Way = Callable[[Control, torch.Tensor, torch.Tensor], torch.Tensor]
PARTS = ("nose", "mouth", "brows", "eyes", "head")


def turns_of(heads: Factorial) -> list[Move]:
    """Of what heads are asked for, the turns alone."""
    wanted = asked(heads.cells.files.shape)
    return [move for move, face in zip(wanted, of_expression(wanted), strict=True) if not face]


def edited(control: Control, seen: Factorial, unseen: Factorial) -> tuple[dict[str, Doubles], Row]:
    """Codes after every turn, by method; and the CPU seconds that a head takes both of ours."""
    turns = ~of_expression(asked(unseen.cells.files.shape))
    found = {name: codes[turns] for name, codes in moved_heads(seen, unseen).items()}
    yaws = np.array(unseen.cells.levels["yaw_deg"], np.float64)
    by = np.array([yaws[to[2]] - yaws[start[2]] for _, start, to in turns_of(unseen)])
    w = torch.from_numpy(found["unmoved"]).float()
    with torch.no_grad():
        goal = turned(control(w), by)
    took = {}
    ways: dict[str, Way] = {"inverse": by_inverse, "gradient": by_gradient}
    for name, way in ways.items():
        started = time.process_time()
        found[name] = way(control, w, goal).double().numpy()
        took[name] = (time.process_time() - started) / len(w)
    return found, took


def compared(
    subject: Subject,
    judge: Classifier,
    finder: LandmarkNetwork,
    found: dict[str, Doubles],
    unseen: Factorial,
    truth: Landmarks,
) -> dict[str, Row]:
    """Landmarks, yaw, identity and way of every method's turns.

    Args:
        subject: whose generator draws.
        judge: tells yaws, and who it is by the last three of its labels.
        finder: finds landmarks.
        found: codes by method.
        unseen: the heads.
        truth: of all their drawings, in order of the cells.
    """
    wanted = turns_of(unseen)
    yaws = np.array(unseen.cells.levels["yaw_deg"], np.float64)
    asked_for = yaws[[to[2] for _, _, to in wanted]]
    index = np.arange(unseen.cells.files.size).reshape(unseen.cells.files.shape)
    aims = truth.points[[index[(who, *to)] for who, _, to in wanted], :2]
    kept = [finder.names.index(name) for name in truth.names]
    pictures = {name: draw_w(subject, codes) for name, codes in found.items()}
    scores = {name: score(judge, drawn) for name, drawn in pictures.items()}
    table = {}
    for name, codes in found.items():
        points = located(finder, pictures[name])[:, :, kept]
        told = yaw_told(scores[name][:, : len(yaws)], yaws)
        same = (scores[name][:, -3:] > 0) == (scores["unmoved"][:, -3:] > 0)
        table[name] = {
            "landmarks %": 100 * float(np.linalg.norm(points - aims, axis=1).mean()),
            "yaw error": float(np.abs(told - asked_for).mean()),
            "identity kept": float(same.mean()),
            "way": float(np.linalg.norm(codes - found["unmoved"], axis=1).mean()),
        }
    return table


def depths(control: Control, codes: Doubles, truth: Landmarks) -> dict[str, Row]:
    """Depths that codes say, beside those of the parts as they were drawn.

    Args:
        control: says them.
        codes: (n, w_dim).
        truth: of the same drawings and landmarks.

    Returns:
        Mean depths of each part from the mean of the head, in % of the side; and over all points
        the correlation, and the error over the deviation.
    """
    with torch.no_grad():
        said = control(torch.from_numpy(codes).float())
        shape = shapes(said, control.rigid, control.changes)
        found = (rotations(said)[:, 2:] @ shape)[:, 0].double().numpy()
    true = truth.points[:, 2]
    found, true = (each - each.mean(axis=1, keepdims=True) for each in (found, true))
    table = {}
    for part in PARTS:
        points = [i for i, name in enumerate(truth.names) if name.split("-")[0] == part]
        table[part] = {
            "recovered": 100 * float(found[:, points].mean()),
            "true": 100 * float(true[:, points].mean()),
        }
    left = np.sqrt(np.square(found - true).mean()) / true.std()
    r = float(np.corrcoef(found.ravel(), true.ravel())[0, 1])
    return table | {"all": {"correlation": r, "error over deviation": float(left)}}


@click.command()
@click.option("--checkpoint", type=click.Path(path_type=Path), required=True)
@click.option("--heads", type=click.Path(path_type=Path), required=True)
@click.option("--judged", type=click.Path(path_type=Path), required=True)
@click.option("--landmarks", "finder", type=click.Path(path_type=Path), required=True)
@click.option("--control", "control_file", type=click.Path(path_type=Path), required=True)
@click.option("--epochs", default=10, show_default=True, help="Of the judge.")
@click.option("--json", "as_json", is_flag=True)
def main(
    checkpoint: Path,
    heads: Path,
    judged: Path,
    finder: Path,
    control_file: Path,
    epochs: int,
    as_json: bool,
) -> None:
    """Turn held-out heads by the structure and by other methods."""
    torch.set_num_threads(1)
    subject, control = load_subject(checkpoint), load_control(control_file)
    locate = load_landmark_network(finder)
    codes = factorial_codes(subject, checkpoint, heads)
    seen, unseen = held_out(codes)
    truth = read_landmarks(heads, unseen.cells).only(control.names)
    side = subject.generator.config.resolution
    judge, right = trained_judge(judged, epochs, side)
    report: dict[str, Any] = {"judge": right}
    found, report["CPU seconds a head"] = edited(control, seen, unseen)
    report["turns"] = compared(subject, judge, locate, found, unseen, truth)
    report["turns"]["the drawing itself"] = _of_drawings(locate, heads, unseen, truth)
    report["depths"] = depths(control, unseen.codes.reshape(-1, subject.w_dim), truth)
    if as_json:
        click.echo(json.dumps(report, indent=1))
        return
    for title in ("judge", "CPU seconds a head"):
        click.echo(f"{title}: {report[title]}")
    for title in ("turns", "depths"):
        click.echo(f"\n{title}")
        for name, row in report[title].items():
            click.echo(f"  {name:20}" + "".join(f"  {k} {v:7.3f}" for k, v in row.items()))


def _of_drawings(finder: LandmarkNetwork, heads: Path, unseen: Factorial, truth: Landmarks) -> Row:
    """How far the network is off on the drawings that are turned to."""
    pictures = pictures_of(unseen.cells, heads, 64)
    kept = [finder.names.index(name) for name in truth.names]
    points = located(finder, pictures)[:, :, kept]
    return {"landmarks %": 100 * float(np.linalg.norm(points - truth.points[:, :2], axis=1).mean())}


if __name__ == "__main__":
    main()
