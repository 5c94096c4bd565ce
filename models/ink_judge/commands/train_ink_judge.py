"""`models train-ink-judge`: what tells ink from paper in photographs."""

from __future__ import annotations

import time
from pathlib import Path

import click
import torch

from exhibit.cli.numbers import SEEDS
from models.dry_run import (
    Cost,
    dry_run_option,
    megabytes,
    pace,
    peak_memory_mb,
    say_cost,
    seconds_of,
)
from models.ink_judge.export import export_judge
from models.ink_judge.fit import PixelJudge, fit_judge
from models.ink_judge.pages import make_page

PAGES, PASSES, SEED = 900, 3, 1
_FEW = 6


@click.command()
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the networks and their card go; `exhibit/ink/judge_weights` is what `exhibit ink` "
    "reads.",
)
@click.option("--pages", type=click.IntRange(1), default=PAGES, show_default=True)
@click.option("--passes", type=click.IntRange(2, 9), default=PASSES, show_default=True)
@click.option(
    "--seed", type=SEEDS, default=SEED, show_default=True, help="Of pages, pixels and weights."
)
@dry_run_option
def train_ink_judge(output: Path, pages: int, passes: int, seed: int, dry_run: bool) -> None:
    """Train what tells ink from paper in `exhibit ink`.

    The pages are drawn by a program: no scan, font file or drawing is needed. About ten minutes on
    one core.

    Example: models train-ink-judge -o exhibit/ink/judge_weights
    """
    if dry_run:
        say_cost(_cost(output, pages, passes, seed))
        return
    start = time.monotonic()
    with click.progressbar(range(pages), label="Drawing pages") as numbers:
        made = [make_page(seed, number) for number in numbers]
    judges = fit_judge(made, passes, seed, click.echo)
    facts = {
        "name": "ink judge",
        "licence": "Apache-2.0",
        "trained_with": f"models train-ink-judge --pages {pages} --passes {passes} --seed {seed}",
        "trained_on": "pages drawn by models/ink_judge/pages.py; no scan among them",
        "torch": str(torch.__version__),
    }
    export_judge(judges, output, facts)
    click.echo(f"written: {output} after {time.monotonic() - start:.0f} s")


def _cost(output: Path, pages: int, passes: int, seed: int) -> Cost:
    """Draw a few pages and learn from them, and say what all of them would cost."""
    few, before = min(pages, _FEW), peak_memory_mb()
    judges: list[PixelJudge] = []

    def learn() -> None:
        made = [make_page(seed, number) for number in range(few)]
        judges.extend(fit_judge(made, passes, seed, lambda line: None))

    seconds, times = seconds_of(learn), pages / few
    held = peak_memory_mb() - before
    size = sum(weight.nbytes for judge in judges for weight in judge.state_dict().values())
    return Cost(
        times * seconds,
        pace(few / seconds, "pages"),
        before + times * held,
        f"{passes} networks of together {megabytes(size)} -> {output}",
    )
