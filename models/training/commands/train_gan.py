"""`models train-gan`: train a StyleGAN2 on a prepared data set."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from exhibit.cli.numbers import NOT_NEGATIVE, POSITIVE, SEEDS
from exhibit.contract.errors import InputError
from models.dry_run import say_cost
from models.networks.stylegan2.config import LAYOUTS, DiscriminatorConfig, GeneratorConfig
from models.training.commands.options import (
    augment_options,
    device_options,
    folder_options,
    limit_options,
    limits_of,
    means_options,
)
from models.training.gan.config import GanTraining
from models.training.gan.run import Plan, begun, cost_of, describe, run
from models.training.parts.augment import AugmentConfig

_SHAPE = tuple(
    field.name
    for field in fields(GeneratorConfig)
    if field.name not in ("feature_resolution", "detail_channels", "conv_clamp")
)
"""What options say of the generator; where it takes an encoder's map is the encoder's choice, and
only imported networks have a clamp."""


@click.command("train-gan")
@click.argument("dataset", type=click.Path(path_type=Path))
@folder_options("sheets")
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    help="Begin from this checkpoint's networks (of train-gan or train-encoder); twice the "
    "--resolution grows them, half of it cuts them. Like --resume it also gives the shape of the "
    "networks.",
)
@click.option(
    "--resolution", type=click.IntRange(1), help="Side of the pictures, px.  [default: 128]"
)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    help="light: twice as fast on a CPU; published: as NVIDIA's files.  [default: light]",
)
@click.option(
    "--channel-base", type=click.IntRange(1), help="Width of the networks.  [default: 2048]"
)
@click.option("--channel-max", type=click.IntRange(1), help="Widest layer.  [default: 128]")
@click.option("--w-dim", type=click.IntRange(1), help="Length of w.  [default: 128]")
@click.option("--z-dim", type=click.IntRange(1), help="Length of z, where it is not that of w.")
@click.option(
    "--mapping-layers",
    type=click.IntRange(0),
    help="Layers of the mapping network (published: 8; 2 for small collections; 0: w is the "
    "normalised z).  [default: 8]",
)
@click.option("--rgb", "img_channels", flag_value=3, help="Colour pictures.")
@click.option("--grey", "img_channels", flag_value=1, help="Grey pictures (default).")
@limit_options(pictures=200_000, tick_s=120.0)
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=16,
    show_default=True,
    help="Pictures a step, a process.",
)
@click.option("--learning-rate", type=NOT_NEGATIVE, default=0.0025, show_default=True)
@click.option("--r1-gamma", type=NOT_NEGATIVE, default=2.0, show_default=True, help="Weight of R1.")
@click.option(
    "--path-weight",
    default=0.0,
    show_default=True,
    type=NOT_NEGATIVE,
    help="Weight of path-length regularisation (published: 2).",
)
@click.option(
    "--decorrelation",
    type=NOT_NEGATIVE,
    default=0.0,
    show_default=True,
    help="Weight of the decorrelation of w.",
)
@click.option(
    "--adversarial",
    default=1.0,
    show_default=True,
    type=NOT_NEGATIVE,
    help="Weight of the discriminator's loss; 0 leaves it out, to begin by redrawing alone.",
)
@click.option(
    "--ema-half-life",
    default=5_000.0,
    show_default=True,
    type=POSITIVE,
    help="Pictures after which a weight counts half in the average that draws; short runs that "
    "begin from another model want less.",
)
@means_options
@augment_options
@click.option("--mirror/--no-mirror", default=True, help="Also show reflected drawings.")
@click.option("--seed", type=SEEDS, default=0, show_default=True)
@click.option(
    "--kid-pictures",
    default=200,
    show_default=True,
    type=click.IntRange(0),
    help="Pictures for KID; 0 measures none (a measure takes half a minute on two cores).",
)
@click.option(
    "--kid-seconds",
    type=NOT_NEGATIVE,
    default=900.0,
    show_default=True,
    help="Time between two KIDs.",
)
@device_options
def train_gan(dataset: Path, folder: Path, **options: Any) -> None:
    """Train a StyleGAN2 on DATASET (made by `models prepare`).

    \b
    Example, on a CPU, coarse first and then grown:
      models train-gan figures -o run64 --resolution 64 --minutes 25
      models train-gan figures -o run128 --from run64/latest.pt --resolution 128
      models train-gan figures -o run128 --resume --learning-rate 0.001
    """
    plan = plan_from_options(dataset, folder, options)
    click.echo(describe(plan))
    if options["dry_run"]:
        say_cost(cost_of(plan))
    else:
        run(plan)


def plan_from_options(dataset: Path, folder: Path, options: dict[str, Any]) -> Plan:
    """Records from command-line values; refuses what cannot work before anything is computed."""
    if options["resume"] and options["start"] is not None:
        raise InputError("--resume and --from: expected only one of them")
    if not options["adversarial"] and not options["redraw"]:
        raise InputError("--adversarial 0 without --redraw: expected one of them above 0")
    augment = AugmentConfig(target=options["ada_target"], kimg=options["ada_kimg"])
    generator, discriminator = _networks(folder, options)
    return Plan(
        dataset=dataset,
        folder=folder,
        resume=options["resume"],
        start=options["start"],
        generator=generator,
        discriminator=discriminator,
        training=GanTraining(
            batch=options["batch"],
            learning_rate=options["learning_rate"],
            r1_gamma=options["r1_gamma"],
            path_weight=options["path_weight"],
            decorrelation_weight=options["decorrelation"],
            moments_weight=options["moments"],
            features_weight=options["features"],
            adversarial_weight=options["adversarial"],
            redraw_weight=options["redraw"],
            instance_noise=options["instance_noise"],
            ema_half_life=options["ema_half_life"],
            mirror=options["mirror"],
            seed=options["seed"],
            augment=augment,
        ),
        limits=limits_of(options),
        accelerator=options["accelerator"],
        devices=options["devices"],
        precision=options["precision"],
        kid_pictures=options["kid_pictures"],
        kid_s=options["kid_seconds"],
    )


def _networks(folder: Path, options: dict[str, Any]) -> tuple[GeneratorConfig, DiscriminatorConfig]:
    """What options say of the networks; for the rest, those of the run it goes on from."""
    said = {name: options[name] for name in _SHAPE if options[name] is not None}
    before = begun(folder, options["resume"], options["start"])
    generator, discriminator = before or (GeneratorConfig(), DiscriminatorConfig())
    if before is None:
        said.setdefault("z_dim", said.get("w_dim", generator.w_dim))
    generator = replace(generator, **said)
    shared = [field.name for field in fields(DiscriminatorConfig) if field.name in _SHAPE]
    shape = {name: getattr(generator, name) for name in shared}
    return generator, replace(discriminator, **shape)
