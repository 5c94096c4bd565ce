"""What PandA's factors cost and leave, beside the authors' steps on the same maps.

OMP_NUM_THREADS=1 python -m benchmarks.parts [--checkpoint models/checkpoints/portraits.pt] [--json]

All run here by turns, several times, on one thread, and are counted in CPU seconds. Theirs is
algorithm 1 as their program takes it: gradient steps on both factors for one map a step, the parts
cut at 0; or the same with Adam. Needs the [models] extra.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

import click
import numpy as np
import torch
from torch import Tensor

from exhibit.contract.values import Floats
from models.directions.factors import Factors, factorise
from models.directions.panda import flat_maps
from models.directions.subject import Subject, load_subject

SETTINGS = ((16, 128, 8, 500), (16, 32, 16, 500), (32, 64, 8, 300))
"""Side of the map, appearances, parts, maps."""
UNSEEN = 100
OURS = "ours"
Rule = Literal["gradient", "adam"]
GRADIENT_SHARE, ADAM_RATE = 0.05, 3e-3
"""A gradient's step as a share of what one map's largest singular value allows, and Adam's rate."""


@dataclass(frozen=True, slots=True)
class Result:
    """One way on one setting.

    Args:
        left, unseen: share of the energy left of the maps, and of maps it has not seen.
        cpu_s: CPU seconds.
        apart: largest entry of |AᵀA − 1|.
    """

    left: float
    unseen: float
    cpu_s: float
    apart: float


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a call, and what it gave."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def ours(maps: Floats, unseen: Floats, appearances: int, parts: int) -> Result:
    """Factorise as the product does."""
    seconds, found = timed(lambda: factorise(maps, appearances, parts))
    return Result(found.energy_left, found.left_of(unseen), seconds, _apart(found.appearances))


def theirs(
    maps: Floats, unseen: Floats, appearances: int, parts: int, steps: int, rule: Rule
) -> Result:
    """Take the authors' steps: both factors follow the gradient of one map after the other."""
    seconds, (a, p) = timed(lambda: _steps(torch.from_numpy(maps), appearances, parts, steps, rule))
    columns, values, _ = np.linalg.svd(a.numpy().astype(np.float64), full_matrices=False)
    as_factors = Factors(columns, values**2, p.numpy().astype(np.float64), 1.0)
    left, other = as_factors.left_of(maps), as_factors.left_of(unseen)
    return Result(left, other, seconds, _apart(a.numpy()))


def _steps(
    maps: Tensor, appearances: int, parts: int, steps: int, rule: Rule
) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    rows = maps.transpose(0, 1).flatten(1)
    a = torch.linalg.eigh((rows @ rows.t()).double())[1].flip(1)[:, :appearances].float().clone()
    p = 0.01 * torch.rand(maps.shape[2], parts, generator=generator)
    if rule == "gradient":
        return _gradient_steps(maps, a, p, steps)
    optimiser = torch.optim.Adam([a.requires_grad_(), p.requires_grad_()], lr=ADAM_RATE)
    for step in range(steps):
        z = maps[step % len(maps)]
        loss = (z - a @ ((a.t() @ (z @ p)) @ p.t())).square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            p.clamp_(min=0)
    return a.detach(), p.detach()


def _gradient_steps(maps: Tensor, a: Tensor, p: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """Their steps as the paper writes the gradients, products from left to right."""
    largest = float(torch.linalg.matrix_norm(maps[0], 2)) ** 2
    rate = GRADIENT_SHARE / (4 * largest)
    for step in range(steps):
        z = maps[step % len(maps)]
        zt, at, pt = z.t(), a.t(), p.t()
        slope = -4 * (zt @ a @ at @ z @ p)
        slope += 2 * (p @ pt @ zt @ a @ at @ a @ at @ z @ p + zt @ a @ at @ a @ at @ z @ p @ pt @ p)
        p = (p - rate * slope).clamp(min=0)
        pt = p.t()
        slope = -4 * (z @ p @ pt @ zt @ a)
        slope += 2 * (a @ at @ z @ p @ pt @ p @ pt @ zt @ a + z @ p @ pt @ p @ pt @ zt @ a @ at @ a)
        a = a - rate * slope
    return a, p


def _apart(columns: np.ndarray[Any, Any]) -> float:
    return float(np.abs(columns.T @ columns - np.eye(columns.shape[1])).max())


def setting(
    subject: Subject, asked: tuple[int, int, int, int], steps: int, rounds: int
) -> dict[str, list[Result]]:
    """Compare on one setting: ours and both of the authors' rules, by turns."""
    side, appearances, parts, count = asked
    drawn = flat_maps(subject, side, count + UNSEEN)
    maps, unseen = drawn[:count], drawn[count:]
    rules: tuple[Rule, ...] = ("gradient", "adam")
    found: dict[str, list[Result]] = {OURS: [], **{f"authors' {rule}": [] for rule in rules}}
    for _ in range(rounds):
        found[OURS].append(ours(maps, unseen, appearances, parts))
        for rule in rules:
            given = theirs(maps, unseen, appearances, parts, steps, rule)
            found[f"authors' {rule}"].append(given)
    return found


@click.command()
@click.option(
    "--checkpoint",
    default="models/checkpoints/portraits.pt",
    show_default=True,
    type=click.Path(path_type=Path),
)
@click.option("--steps", default=3000, show_default=True, type=click.IntRange(1), help="Theirs.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="By turns.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(checkpoint: Path, steps: int, rounds: int, as_json: bool) -> None:
    """Measure what appearances and parts cost and leave."""
    torch.set_num_threads(1)
    subject = load_subject(checkpoint)
    found = {}
    for asked in SETTINGS:
        name = "{}², {} appearances, {} parts, {} maps".format(asked[0], *asked[1:])
        found[name] = setting(subject, asked, steps, rounds)
        if not as_json:
            click.echo(name)
            own_s = median(r.cpu_s for r in found[name][OURS])
            for way, results in found[name].items():
                r, times = results[0], sorted(r.cpu_s for r in results)
                click.echo(
                    f"  {way:18} left {r.left:.4f}  unseen {r.unseen:.4f}  "
                    f"{times[0]:.2f}-{times[-1]:.2f} s ({median(times) / own_s:.1f} of ours)  "
                    f"|A'A - 1| {r.apart:.1e}"
                )
    if as_json:
        listed = {
            name: {way: [asdict(r) for r in results] for way, results in row.items()}
            for name, row in found.items()
        }
        click.echo(json.dumps({"checkpoint": checkpoint.name, "settings": listed}, indent=1))


if __name__ == "__main__":
    main()
