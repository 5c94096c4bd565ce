"""`models directions evaluate`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from exhibit.cli.numbers import SEEDS
from models.directions import mean_difference, regression, svm
from models.directions.classifier import load_classifier
from models.directions.commands.codes import CHECKPOINT
from models.directions.commands.shared import cost_of_pictures
from models.directions.commands.supervised import (
    CLASSIFIER_OPTION,
    SKETCHES_OPTION,
    answers_of,
    listed,
)
from models.directions.effects import Table, draw_heads, label_table, region_table
from models.directions.evaluation import Verdict, semantic_tables
from models.directions.factorial import Factorial, factorial_codes, pictures_of, read_cells
from models.directions.labels import NAMES as LABELS
from models.directions.labels import part_region
from models.directions.measured import Measured, measure_moves, measure_samples
from models.directions.region import Mask
from models.directions.semantics import NAMES
from models.directions.subject import Subject, load_subject
from models.directions.supervised import check_samples
from models.directions.transfer import held_out, pictures_of_moves, transfer_table
from models.dry_run import dry_run_option, duration, say_cost, seconds_of
from models.measures.json_report import JSON_OPTION, write_json

REGIONS = "hair,eyes,nose,mouth,beard"
_METHODS, _HEADS, _CONDITIONED = 3, 4, 2
_PICTURES_A_MOVE = _HEADS + _METHODS * _CONDITIONED * len(LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is measured, on how many pictures: the command's options, each with its help there."""

    samples: int
    parts: str | None
    local_samples: int
    classifier: Path | None
    sketches: Path | None
    moved: int
    heads: Path | None

    def regions(self, side: int) -> dict[str, Mask]:
        """Where each part lies in a picture of so many pixels a side.

        Raises:
            InputError: a part that no head has.
        """
        return {part: part_region(part, side) for part in listed(self.parts)}


@click.command("evaluate")
@CHECKPOINT
@JSON_OPTION
@click.option(
    "--samples",
    default=4000,
    show_default=True,
    type=click.IntRange(8),
    help="Pictures to draw and measure; a quarter judges what the rest was fitted to.",
)
@click.option(
    "--parts",
    help=f"Measure how local directions are on these parts of a head, as {REGIONS}.",
)
@click.option(
    "--local-samples",
    default=8,
    show_default=True,
    type=click.IntRange(1),
    help="Codes that directions of a part are found on.",
)
@CLASSIFIER_OPTION
@SKETCHES_OPTION
@click.option(
    "--moved",
    default=200,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures whose labels are looked at before and after a move.",
)
@click.option(
    "--heads",
    type=click.Path(path_type=Path),
    help="Data set of models collection portraits --factors that the checkpoint redraws: give its "
    "last four people other expressions and yaws.",
)
@click.option("--seed", type=SEEDS, default=0, show_default=True, help="Of all samples.")
@dry_run_option
def evaluate(
    checkpoint: Path, json_path: Path | None, seed: int, dry_run: bool, **options: Any
) -> None:
    """Measure how good the directions are that can be found in a model.

    Says whether directions go with the semantic they are named after and with no other; on heads
    also whether they stay within a part (--parts), change the right label (--classifier), and give
    people whom no model was made of the expression and the yaw that is asked for (--heads).
    """
    subject = load_subject(checkpoint, seed=seed)
    asked = Asked(**options)
    check_samples("evaluate", subject, asked.samples)
    regions = asked.regions(subject.generator.config.resolution)
    answers = answers_of(asked.sketches, checkpoint)
    if dry_run:
        _say_costs(subject, asked, regions, f"report -> {json_path}" if json_path else "no file")
        return
    people = held_out(factorial_codes(subject, checkpoint, asked.heads)) if asked.heads else None
    measured = (
        measure_samples(subject, asked.samples, asked.classifier)
        if answers is None
        else measure_moves(subject, answers, asked.samples, asked.classifier)
    )
    report: dict[str, Any] = {
        "checkpoint": subject.checkpoint,
        "seed": seed,
        "samples": asked.samples,
        "moved_answers": 0 if answers is None else len(answers.w_plus),
        "semantics": _semantics(subject, measured),
    }
    if regions:
        strength = 2 * float(np.sqrt(measured.w.var(axis=0).mean()))
        report["roir"] = region_table(subject, regions, asked.local_samples, strength)
        _show_table("ROIR (lowest of ten)", report["roir"])
    if asked.classifier:
        report["labels"] = _labels(subject, measured, asked.classifier, asked.moved)
    if asked.heads and people:
        report["transfer"] = _transfer(subject, *people, asked.heads, asked.classifier)
    if json_path:
        write_json(report, json_path)
        click.echo(f"-> {json_path}")


def _say_costs(subject: Subject, asked: Asked, regions: dict[str, Mask], files: str) -> None:
    """Say what all pictures cost, and parts of a head besides, by one part and one sample."""
    pictures = asked.samples
    pictures += _PICTURES_A_MOVE * asked.moved if asked.classifier else 0
    pictures += pictures_of_moves(read_cells(asked.heads)) if asked.heads else 0
    say_cost(cost_of_pictures(subject, pictures, asked.classifier, files))
    if not regions:
        return
    one = dict([next(iter(regions.items()))])
    seconds = len(regions) * seconds_of(lambda: region_table(subject, one, 1, 1.0))
    most = duration(seconds * asked.local_samples)
    click.echo(f"{len(regions)} parts besides: {duration(seconds)} to {most}")


def _semantics(subject: Subject, measured: Measured) -> dict[str, Any]:
    """Tell semantics apart by each method."""
    verdicts = semantic_tables(subject, measured.only(NAMES))
    for name, verdict in verdicts.items():
        _show_verdict(name, verdict)
    return {name: asdict(verdict) for name, verdict in verdicts.items()}


def _labels(
    subject: Subject, measured: Measured, path: Path, moved: int
) -> dict[str, dict[str, Table]]:
    """Fit directions to labels by each method, and move other heads along them."""
    judge = load_classifier(path)
    labels = measured.only(judge.names)
    all_labels = replace(subject, count=len(judge.names))
    sets = {
        "regression": regression.discover(all_labels, labels),
        "mean-difference": mean_difference.discover(all_labels, labels),
        "svm": svm.discover(all_labels, labels),
    }
    others = replace(subject, seed=subject.seed + 1)
    # A label that most heads have leaves few without it.
    heads = draw_heads(others, judge, _HEADS * moved)
    found = {
        method: label_table(others, directions, judge, heads, moved)
        for method, directions in sets.items()
    }
    for method, tables in found.items():
        for when, table in tables.items():
            _show_table(f"{method}: labels changed by +2 sigma, {when} conditioning", table)
    return found


def _transfer(
    subject: Subject, seen: Factorial, unseen: Factorial, heads: Path, classifier: Path | None
) -> Table:
    """Give the people held out other expressions and yaws, and judge the drawings."""
    drawings = pictures_of(unseen.cells, heads, subject.generator.config.resolution)
    judge = load_classifier(classifier) if classifier else None
    table = transfer_table(subject, seen, unseen, drawings, judge)
    _show_table("held-out heads moved", table)
    return table


def _show_verdict(name: str, verdict: Verdict) -> None:
    click.echo(f"\n{name}: {len(verdict.passed)} of {len(verdict.own)} told apart")
    for semantic, own in verdict.own.items():
        mark = "  told apart" if semantic in verdict.passed else ""
        click.echo(f"  {semantic:20} own {own:+.2f}  other {verdict.other[semantic]:.2f}{mark}")


def _show_table(title: str, table: Table) -> None:
    columns = list(next(iter(table.values())))
    click.echo(f"\n{title}\n{'':18}" + "".join(f"{column:>18}" for column in columns))
    for name, row in table.items():
        click.echo(f"{name:18}" + "".join(f"{row[column]:18.2f}" for column in columns))
