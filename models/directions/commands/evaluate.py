"""`models directions evaluate`."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from models.directions import mean_difference, regression, svm
from models.directions.classifier import load_classifier
from models.directions.commands.supervised import (
    CLASSIFIER_OPTION,
    SKETCHES_OPTION,
    answers_of,
    listed,
)
from models.directions.effects import Table, draw_heads, label_table, region_table
from models.directions.evaluation import Verdict, semantic_tables
from models.directions.labels import part_region
from models.directions.measured import Measured, measure_moves, measure_samples
from models.directions.semantics import NAMES
from models.directions.subject import Subject, load_subject
from models.measures.json_report import write_json

REGIONS = "hair,eyes,nose,mouth,beard"


@click.command("evaluate")
@click.option(
    "--checkpoint",
    required=True,
    type=click.Path(path_type=Path),
    help="Of models train-gan or models train-encoder.",
)
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
@click.option("--seed", default=0, show_default=True, help="Of all samples.")
def evaluate(
    checkpoint: Path,
    json_path: Path | None,
    samples: int,
    parts: str | None,
    local_samples: int,
    classifier: Path | None,
    sketches: Path | None,
    moved: int,
    seed: int,
) -> None:
    """Measure how good the directions are that can be found in a model.

    Says whether directions go with the semantic they are named after and with no other; on heads
    also whether they stay within a part (--parts) and change the right label (--classifier).
    """
    subject = load_subject(checkpoint, seed=seed)
    answers = answers_of(sketches, checkpoint)
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
    if parts:
        regions = {
            part: part_region(part, subject.generator.config.resolution) for part in listed(parts)
        }
        report["roir"] = region_table(subject, regions, local_samples, 2 * spread)
        _show_table("ROIR (lowest of ten)", report["roir"])
    if classifier:
        report["labels"] = _labels(subject, measured, classifier, moved)
        for method, tables in report["labels"].items():
            for when, table in tables.items():
                _show_table(f"{method}: labels changed by +2 sigma, {when} conditioning", table)
    if json_path:
        write_json(report, json_path)
        click.echo(f"-> {json_path}")


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
    heads = draw_heads(others, judge, 4 * moved)
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
    click.echo(f"\n{title}\n{'':14}" + "".join(f"{column:>14}" for column in columns))
    for name, row in table.items():
        click.echo(f"{name:14}" + "".join(f"{row[column]:14.2f}" for column in columns))
