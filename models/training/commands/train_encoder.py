"""`models train-encoder`: train a pSp encoder for a trained generator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from exhibit.cli.numbers import NOT_NEGATIVE, POSITIVE, SEEDS, SHARE
from models.dry_run import say_cost
from models.networks.psp.config import BACKBONES, INVERSIONS
from models.training.commands.options import (
    augment_options,
    device_options,
    folder_options,
    limit_options,
    limits_of,
    means_options,
)
from models.training.encoder.config import EncoderTraining, LossWeights
from models.training.encoder.plan import EncoderPlan
from models.training.encoder.run import cost_of, describe, run_encoder
from models.training.parts.augment import AugmentConfig

_WEIGHTS = LossWeights()
_TRAINING = EncoderTraining()


@click.command("train-encoder")
@click.option(
    "--gan",
    type=click.Path(path_type=Path),
    help="Checkpoint of models train-gan: generator and discriminator (default: those of --from).",
)
@click.option(
    "--dataset",
    required=True,
    type=click.Path(path_type=Path),
    help="Drawings prepared by models prepare.",
)
@click.option(
    "--sketches",
    required=True,
    type=click.Path(path_type=Path),
    help="Quick, Draw! sketches (.ndjson with timing).",
)
@folder_options("strips of answers")
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    help="Begin from this encoder (its generator may be an earlier one).",
)
@click.option(
    "--new-mapping",
    type=click.IntRange(0),
    default=0,
    help="Begin with a fresh mapping network of so many layers around the old mean code.",
)
@click.option(
    "--z-dim",
    type=click.IntRange(0),
    default=0,
    help="Begin with a mapping network of latents so long, fitted to those that --redraw gave the "
    "drawings; 16 puts a thousand drawings close together.",
)
@click.option("--backbone", type=click.Choice(BACKBONES), default="light", show_default=True)
@click.option(
    "--inversion",
    type=click.Choice(INVERSIONS),
    default="feature",
    show_default=True,
    help="w_plus: codes only, as published; feature: codes and a map that follows the pen.",
)
@click.option(
    "--resolution",
    type=click.IntRange(0),
    default=0,
    help="Side of the pictures: the generator's own, or twice that, to which it then grows. "
    "[default: its own]",
)
@click.option(
    "--ink-size",
    type=click.IntRange(1),
    default=128,
    show_default=True,
    help="Side of the ink, px.",
)
@click.option(
    "--planes",
    type=click.Choice(["1", "3"]),
    default="3",
    show_default=True,
    help="1: the ink alone, as published; 3: ink, black surfaces, recalled drawing.",
)
@click.option(
    "--map-side",
    type=click.Choice(["16", "32"]),
    default="32",
    show_default=True,
    help="Side of the map that follows the pen.",
)
@click.option(
    "--detail",
    type=click.IntRange(0, 8),
    default=4,
    show_default=True,
    help="Planes as fine as the picture that the map carries beside; 0 for cells alone.",
)
@click.option(
    "--steps",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Refinements; more than 1 is ReStyle.",
)
@limit_options(pictures=100_000, tick_s=180.0)
@click.option(
    "--learning-rate", type=NOT_NEGATIVE, default=_TRAINING.learning_rate, show_default=True
)
@click.option(
    "--generator-rate",
    type=NOT_NEGATIVE,
    default=_TRAINING.generator_rate,
    show_default=True,
    help="Learning rate of the generator; 0 freezes it.",
)
@click.option(
    "--discriminator-rate",
    type=NOT_NEGATIVE,
    default=_TRAINING.discriminator_rate,
    show_default=True,
)
@click.option("--matching", type=NOT_NEGATIVE, default=_WEIGHTS.matching, show_default=True)
@click.option(
    "--fit",
    type=NOT_NEGATIVE,
    default=_WEIGHTS.fit,
    show_default=True,
    help="Weight of LPIPS of a part and L1 at four scales, on pairs.",
)
@means_options
@augment_options
@click.option("--code", type=NOT_NEGATIVE, default=_WEIGHTS.code, show_default=True)
@click.option("--adherence", type=NOT_NEGATIVE, default=_WEIGHTS.adherence, show_default=True)
@click.option("--crowding", type=NOT_NEGATIVE, default=_WEIGHTS.crowding, show_default=True)
@click.option(
    "--calm",
    type=NOT_NEGATIVE,
    default=_WEIGHTS.calm,
    show_default=True,
    help="Weight of moving with the ink and not otherwise.",
)
@click.option("--adversarial", type=NOT_NEGATIVE, default=_WEIGHTS.adversarial, show_default=True)
@click.option("--offset", type=NOT_NEGATIVE, default=_WEIGHTS.offset, show_default=True)
@click.option("--delta", type=NOT_NEGATIVE, default=_WEIGHTS.delta, show_default=True)
@click.option("--ink-share", type=NOT_NEGATIVE, default=_WEIGHTS.ink_share, show_default=True)
@click.option("--recall-target", type=SHARE, default=_TRAINING.recall_target, show_default=True)
@click.option(
    "--drawings",
    type=click.IntRange(0),
    default=_TRAINING.drawings,
    show_default=True,
    help="Of each batch.",
)
@click.option(
    "--recalled",
    type=click.IntRange(0),
    default=_TRAINING.recalled,
    show_default=True,
    help="Of each batch: sketches with what the memory answers.",
)
@click.option(
    "--sketched",
    type=click.IntRange(0),
    default=_TRAINING.sketches,
    show_default=True,
    help="Of each batch.",
)
@click.option(
    "--prior",
    type=click.IntRange(0),
    default=_TRAINING.prior,
    show_default=True,
    help="Unconditional samples beside each batch while the generator learns; with --redraw, half "
    "of them are drawings redrawn.",
)
@click.option(
    "--prior-every",
    type=click.IntRange(1),
    default=_TRAINING.prior_every,
    show_default=True,
    help="Steps between them.",
)
@click.option(
    "--r1-gamma",
    type=NOT_NEGATIVE,
    default=_TRAINING.r1_gamma,
    show_default=True,
    help="Weight of R1.",
)
@click.option(
    "--pool",
    type=click.IntRange(1),
    default=_TRAINING.pool,
    show_default=True,
    help="Recalled sketches.",
)
@click.option(
    "--stroke-width",
    type=POSITIVE,
    default=_TRAINING.stroke_width_px,
    show_default=True,
    help="Of the ink, px.",
)
@click.option("--seed", type=SEEDS, default=0, show_default=True)
@device_options
def train_encoder(**options: Any) -> None:
    """Train an encoder: visitors' ink to the codes of a trained generator.

    \b
    Example:
      models train-encoder --gan run128/latest.pt --dataset figures \\
        --sketches quickdraw.ndjson -o encoder --minutes 45
    """
    plan = plan_from_options(options)
    click.echo(describe(plan))
    if options["dry_run"]:
        say_cost(cost_of(plan))
    else:
        run_encoder(plan)


def plan_from_options(options: dict[str, Any]) -> EncoderPlan:
    """Records from command-line values."""
    weights = LossWeights(**{name: options[name] for name in LossWeights.__dataclass_fields__})
    training = EncoderTraining(
        drawings=options["drawings"],
        recalled=options["recalled"],
        sketches=options["sketched"],
        learning_rate=options["learning_rate"],
        discriminator_rate=options["discriminator_rate"],
        generator_rate=options["generator_rate"],
        recall_target=options["recall_target"],
        stroke_width_px=options["stroke_width"],
        pool=options["pool"],
        prior=options["prior"],
        prior_every=options["prior_every"],
        r1_gamma=options["r1_gamma"],
        instance_noise=options["instance_noise"],
        seed=options["seed"],
        weights=weights,
        augment=AugmentConfig(target=options["ada_target"], kimg=options["ada_kimg"]),
    )
    shared = ("gan", "dataset", "sketches", "folder", "resume", "start", "backbone", "inversion")
    return EncoderPlan(
        **{name: options[name] for name in (*shared, "ink_size", "steps", "new_mapping", "z_dim")},
        planes=int(options["planes"]),
        map_side=int(options["map_side"]),
        resolution=options["resolution"],
        detail=options["detail"],
        training=training,
        limits=limits_of(options),
        accelerator=options["accelerator"],
        devices=options["devices"],
        precision=options["precision"],
    )
