"""What sparse components cost and reach, beside Adam on the same regression vectors.

OMP_NUM_THREADS=1 python -m benchmarks.components [--checkpoint FILE] [--steps 500000]

Both run here, one after the other, on one thread, and are counted in CPU seconds. Adam takes the
paper's steps of 1e-4, directions brought back to unit length in the objective; how far it has come
is told on the way, at every tenth of its steps. Needs the [models] extra.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import torch
from torch.nn.functional import normalize

from exhibit.contract.files import write_whole
from exhibit.contract.values import Doubles
from models.directions.localized import (
    ALPHA,
    BETA,
    COMPONENTS,
    SAMPLES,
    SIDE,
    regression_vectors,
)
from models.directions.sparse_components import objective, sparse_components
from models.directions.subject import load_subject

RATE = 1e-4
TOLD = 10
"""How often Adam tells how far it has come."""
Row = tuple[float, float, float]
"""Objective, share of weights that are not 0, CPU seconds."""


def adam(
    j: Doubles, count: int, steps: int, seed: int = 0
) -> Iterator[tuple[int, Doubles, Doubles]]:
    """Minimise eq. 5 by Adam from a random start.

    Yields:
        Ten times, the last time at the end: steps made, U (S, P) and V (w_dim, P).
    """
    generator = torch.Generator().manual_seed(seed)
    rows = torch.from_numpy(j).float()
    u = 0.01 * torch.randn(len(rows), count, generator=generator)
    v = torch.randn(rows.shape[1], count, generator=generator) / rows.shape[1] ** 0.5
    optimiser = torch.optim.Adam([u.requires_grad_(), v.requires_grad_()], lr=RATE)
    apart = 1 - torch.eye(count)
    every = max(steps // TOLD, 1)
    for step in range(1, steps + 1):
        unit = normalize(v, dim=0)
        alike = (unit.t() @ unit) * apart
        loss = (rows - u @ unit.t()).square().sum()
        loss = loss + ALPHA * u.abs().sum() + BETA * alike.square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step == steps or step % every == 0:
            unit = normalize(v.detach(), dim=0)
            yield step, u.detach().double().numpy(), unit.double().numpy()


def ours(j: Doubles, seed: int) -> Row:
    """What the alternating solver reaches from one start."""
    began = time.process_time()
    found = sparse_components(j, COMPONENTS, ALPHA, BETA, seed)
    return found.objective, float(np.mean(found.weights != 0)), time.process_time() - began


def theirs(j: Doubles, steps: int) -> Iterator[tuple[int, Row]]:
    """What Adam has reached after steps of its one run."""
    began = time.process_time()
    for made, u, v in adam(j, COMPONENTS, steps):
        seconds = time.process_time() - began
        share = float(np.mean(np.abs(u) > 1e-3))
        yield made, (objective(j, u, v, ALPHA, BETA), share, seconds)


@click.command()
@click.option(
    "--checkpoint",
    default="models/checkpoints/portraits.pt",
    show_default=True,
    type=click.Path(path_type=Path),
)
@click.option("--steps", default=500_000, show_default=True, type=click.IntRange(1), help="Adam's.")
@click.option("--seeds", default=5, show_default=True, type=click.IntRange(1), help="Ours.")
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write a file as well.")
def main(checkpoint: Path, steps: int, seeds: int, as_json: Path | None) -> None:
    """Measure what sparse components cost and reach."""
    torch.set_num_threads(1)
    j = regression_vectors(load_subject(checkpoint), SAMPLES, SIDE)
    click.echo(f"{checkpoint}: {j.shape[0]} pixels, codes of {j.shape[1]}, {COMPONENTS} components")
    results: dict[str, Row] = {}
    for seed in range(seeds):
        results[f"ours, seed {seed}"] = ours(j, seed)
        _say(f"ours, seed {seed}", results[f"ours, seed {seed}"])
    for made, row in theirs(j, steps):
        results[f"Adam, {made} steps"] = row
        _say(f"Adam, {made} steps", row)
    if as_json is not None:
        names = ("objective", "share_of_weights", "cpu_s")
        listed = {way: dict(zip(names, row, strict=True)) for way, row in results.items()}
        write_whole(
            as_json, json.dumps({"checkpoint": checkpoint.name, "results": listed}).encode()
        )


def _say(way: str, row: Row) -> None:
    value, share, seconds = row
    click.echo(f"  {way:24} objective {value:9.4f}  weights {share:6.1%}  {seconds:8.2f} s")


if __name__ == "__main__":
    main()
