"""`models directions evaluate`."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

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
from models.directions.factorial import factorial_codes, pictures_of, read_cells
from models.directions.labels import NAMES as LABELS
from models.directions.labels import part_region
from models.directions.measured import Measured, measure_moves, measure_samples
from models.directions.region import Mask
from models.directions.semantics import NAMES
from models.directions.subject import Subject, load_subject
from models.directions.supervised import check_samples
from models.directions.transfer import held_out, pictures_of_moves, transfer_table
from models.dry_run import dry_run_option, duration, say_cost, seconds_of
from models.measures.json_report import write_json

REGIONS = "hair,eyes,nose,mouth,beard"
_METHODS, _HEADS, _CONDITIONED = 3, 4, 2
_PICTURES_A_MOVE = _HEADS + _METHODS * _CONDITIONED * len(LABELS)


@click.command("evaluate")
@CHECKPOINT
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Report as JSON.")
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
@click.option("--seed", default=0, show_default=True, help="Of all samples.")
@dry_run_option
def evaluate(
    checkpoint: Path,
    json_path: Path | None,
    samples: int,
    parts: str | None,
    local_samples: int,
    classifier: Path | None,
    sketches: Path | None,
    moved: int,
    heads: Path | None,
    seed: int,
    dry_run: bool,
) -> None:
    """Measure how good the directions are that can be found in a model.

    Says whether directions go with the semantic they are named after and with no other; on heads
    also whether they stay within a part (--parts), change the right label (--classifier), and give
    people whom no model was made of the expression and the yaw that is asked for (--heads).
    """
    subject = load_subject(checkpoint, seed=seed)
    check_samples("evaluate", subject, samples)
    side = subject.generator.config.resolution
    regions = {part: part_region(part, side) for part in listed(parts)}
    answers = answers_of(sketches, checkpoint)
    if dry_run:
        moves = _PICTURES_A_MOVE * moved if classifier else 0
        moves += pictures_of_moves(read_cells(heads)) if heads else 0
        files = f"report -> {json_path}" if json_path else "no file"
        say_cost(cost_of_pictures(subject, samples + moves, classifier, files))
        _say_cost_of_parts(subject, regions, local_samples)
        return
    people = held_out(factorial_codes(subject, checkpoint, heads)) if heads else None
    measured = (
        measure_samples(subject, samples, classifier)
        if answers is None
        else measure_moves(subject, answers, samples, classifier)
    )
    spread = float(np.sqrt(measured.w.var(axis=0).mean()))
    verdicts = semantic_tables(subject, measured.only(NAMES))
    report: dict[str, Any] = {
        "checkpoint": subject.checkpoint,
        "seed": seed,
        "samples": samples,
        "moved_answers": 0 if answers is None else len(answers.w_plus),
        "semantics": {name: asdict(verdict) for name, verdict in verdicts.items()},
    }
    for name, verdict in verdicts.items():
        _show_verdict(name, verdict)
    if regions:
        report["roir"] = region_table(subject, regions, local_samples, 2 * spread)
        _show_table("ROIR (lowest of ten)", report["roir"])
    if classifier:
        report["labels"] = _labels(subject, measured, classifier, moved)
        for method, tables in report["labels"].items():
            for when, table in tables.items():
                _show_table(f"{method}: labels changed by +2 sigma, {when} conditioning", table)
    if heads and people:
        seen, unseen = people
        drawings = pictures_of(unseen.cells, heads, side)
        judge = load_classifier(classifier) if classifier else None
        report["transfer"] = transfer_table(subject, seen, unseen, drawings, judge)
        _show_table("held-out heads moved", report["transfer"])
    if json_path:
        write_json(report, json_path)
        click.echo(f"-> {json_path}")


def _say_cost_of_parts(subject: Subject, regions: dict[str, Mask], samples: int) -> None:
    """Say what looking at parts of a head takes besides, by one part and one sample."""
    if not regions:
        return
    one = dict([next(iter(regions.items()))])
    seconds = seconds_of(lambda: region_table(subject, one, 1, 1.0))
    most = duration(seconds * len(regions) * samples)
    click.echo(f"{len(regions)} parts besides: {duration(seconds * len(regions))} to {most}")


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
    return {
        method: label_table(others, directions, judge, heads, moved)
        for method, directions in sets.items()
    }


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
