"""What sparse components cost and reach, beside Adam on the same regression vectors.

python -m benchmarks.components [--checkpoint models/checkpoints/portraits.pt] [--steps 500000]

Both run here, one after the other, on one thread, and are counted in CPU seconds. Adam takes the
paper's steps of 1e-4, directions brought back to unit length in the objective. Needs the [models]
extra.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
import numpy as np
import torch
from torch.nn.functional import normalize

from models.directions.eigen import Doubles
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


def adam(j: Doubles, count: int, steps: int, seed: int = 0) -> tuple[Doubles, Doubles]:
    """Minimise eq. 5 by Adam from a random start; returns U (S, P) and V (w_dim, P)."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.from_numpy(j).float()
    u = 0.01 * torch.randn(len(rows), count, generator=generator)
    v = torch.randn(rows.shape[1], count, generator=generator) / rows.shape[1] ** 0.5
    optimiser = torch.optim.Adam([u.requires_grad_(), v.requires_grad_()], lr=RATE)
    apart = 1 - torch.eye(count)
    for _ in range(steps):
        unit = normalize(v, dim=0)
        alike = (unit.t() @ unit) * apart
        loss = (rows - u @ unit.t()).square().sum()
        loss = loss + ALPHA * u.abs().sum() + BETA * alike.square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    unit = normalize(v.detach(), dim=0)
    return u.detach().double().numpy(), unit.double().numpy()


@click.command()
@click.option(
    "--checkpoint",
    default="models/checkpoints/portraits.pt",
    show_default=True,
    type=click.Path(path_type=Path),
)
@click.option("--steps", default=500_000, show_default=True, type=click.IntRange(1), help="Adam's.")
@click.option("--seeds", default=5, show_default=True, type=click.IntRange(1), help="Ours.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(checkpoint: Path, steps: int, seeds: int, as_json: bool) -> None:
    """Measure what sparse components cost and reach."""
    torch.set_num_threads(1)
    j = regression_vectors(load_subject(checkpoint), SAMPLES, SIDE)
    results = {}
    for seed in range(seeds):
        began = time.process_time()
        found = sparse_components(j, COMPONENTS, ALPHA, BETA, seed)
        seconds = time.process_time() - began
        share = float(np.mean(found.weights != 0))
        results[f"ours, seed {seed}"] = (found.objective, share, seconds)
    began = time.process_time()
    u, v = adam(j, COMPONENTS, steps)
    seconds = time.process_time() - began
    share = float(np.mean(np.abs(u) > 1e-3))
    results[f"Adam, {steps} steps"] = (objective(j, u, v, ALPHA, BETA), share, seconds)
    if as_json:
        names = ("objective", "share_of_weights", "cpu_s")
        listed = {way: dict(zip(names, row, strict=True)) for way, row in results.items()}
        click.echo(json.dumps({"checkpoint": checkpoint.name, "results": listed}, indent=1))
        return
    click.echo(f"{checkpoint}: {j.shape[0]} pixels, codes of {j.shape[1]}, {COMPONENTS} components")
    for way, (value, share, seconds) in results.items():
        click.echo(f"  {way:24} objective {value:9.4f}  weights {share:6.1%}  {seconds:8.2f} s")


if __name__ == "__main__":
    main()
