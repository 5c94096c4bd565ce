"""`models train-diffusion`: train a denoiser on a prepared data set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from exhibit.cli.numbers import NOT_NEGATIVE, POSITIVE, SEEDS
from exhibit.contract.errors import InputError
from models.dry_run import say_cost
from models.networks.denoiser.config import DenoiserConfig
from models.training.commands.options import (
    device_options,
    folder_options,
    limit_options,
    limits_of,
)
from models.training.diffusion.config import DiffusionTraining
from models.training.diffusion.run import DiffusionPlan, begun, cost_of, describe, run

_SHAPE = ("resolution", "img_channels", "channels", "blocks")
_TRAINING = DiffusionTraining()


def _numbers(_context: click.Context, option: click.Parameter, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--{option.name} {text!r}: expected numbers such as 32,64,128") from None


@click.command("train-diffusion")
@click.argument("dataset", type=click.Path(path_type=Path))
@folder_options("sheets, card.yaml")
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    help="Begin from this checkpoint's network. Like --resume it also gives the network's shape.",
)
@click.option(
    "--resolution", type=click.IntRange(1), help="Side of the pictures, px.  [default: 64]"
)
@click.option(
    "--channels",
    callback=_numbers,
    help="Of each level, fine to coarse; the last are those of h.  [default: 32,64,128]",
)
@click.option(
    "--blocks", callback=_numbers, help="Residual blocks of each level.  [default: 1,2,1]"
)
@click.option("--rgb", "img_channels", flag_value=3, type=int, help="Colour pictures.")
@click.option("--grey", "img_channels", flag_value=1, type=int, help="Grey pictures (default).")
@limit_options(pictures=400_000, tick_s=120.0)
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=_TRAINING.batch,
    show_default=True,
    help="Pictures a step, a process.",
)
@click.option(
    "--learning-rate", type=NOT_NEGATIVE, default=_TRAINING.learning_rate, show_default=True
)
@click.option(
    "--ema-half-life",
    default=_TRAINING.ema_half_life,
    show_default=True,
    type=POSITIVE,
    help="Pictures after which a weight counts half in the average that draws.",
)
@click.option("--mirror/--no-mirror", default=True, help="Also show reflected drawings.")
@click.option("--seed", type=SEEDS, default=0, show_default=True)
@device_options
def train_diffusion(dataset: Path, folder: Path, **options: Any) -> None:
    """Train a small diffusion model on DATASET (any folder of square pictures).

    \b
    Example, on one core:
      models train-diffusion heads -o diffusion --no-mirror --minutes 60
      models train-diffusion heads -o diffusion --no-mirror --resume --learning-rate 0.0003
    """
    plan = plan_from_options(dataset, folder, options)
    click.echo(describe(plan))
    if options["dry_run"]:
        say_cost(cost_of(plan))
    else:
        run(plan)


def plan_from_options(dataset: Path, folder: Path, options: dict[str, Any]) -> DiffusionPlan:
    """Records from command-line values; refuses what cannot work before anything is computed."""
    if options["resume"] and options["start"] is not None:
        raise InputError("--resume and --from: expected only one of them")
    said = {name: options[name] for name in _SHAPE if options[name] is not None}
    before = begun(folder, options["resume"], options["start"])
    return DiffusionPlan(
        dataset=dataset,
        folder=folder,
        resume=options["resume"],
        start=options["start"],
        denoiser=replace(before or DenoiserConfig(), **said),
        training=DiffusionTraining(
            batch=options["batch"],
            learning_rate=options["learning_rate"],
            ema_half_life=options["ema_half_life"],
            mirror=options["mirror"],
            seed=options["seed"],
        ),
        limits=limits_of(options),
        accelerator=options["accelerator"],
        devices=options["devices"],
        precision=options["precision"],
    )
