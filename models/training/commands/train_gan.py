"""`models train-gan`: train a StyleGAN2 on a prepared data set."""

from pathlib import Path

import click

from exhibit.contract.errors import InputError
from models.stylegan2.config import LAYOUTS, DiscriminatorConfig, GeneratorConfig
from models.training.augment import AugmentConfig
from models.training.commands.options import (
    augment_options,
    device_options,
    folder_options,
    limit_options,
    means_options,
)
from models.training.gan_config import GanTraining
from models.training.gan_loop import RunLimits
from models.training.gan_run import Plan, describe, run


@click.command("train-gan")
@click.argument("dataset", type=click.Path(path_type=Path))
@folder_options("sheets")
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    help="Begin from this checkpoint's networks (of train-gan or train-encoder); a higher "
    "--resolution grows them.",
)
@click.option("--resolution", default=128, show_default=True, help="Side of the pictures, px.")
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    default="light",
    show_default=True,
    help="light: twice as fast on a CPU; published: as NVIDIA's files.",
)
@click.option("--channel-base", default=2048, show_default=True, help="Width of the networks.")
@click.option("--channel-max", default=128, show_default=True, help="Widest layer.")
@click.option("--w-dim", default=128, show_default=True, help="Length of w.")
@click.option("--z-dim", default=0, help="Length of z, where it is not that of w.")
@click.option(
    "--mapping-layers",
    default=8,
    show_default=True,
    help="Layers of the mapping network (published: 8; 2 for small collections).",
)
@click.option("--rgb", "channels", flag_value=3, help="Colour pictures.")
@click.option("--grey", "channels", flag_value=1, default=1, help="Grey pictures (default).")
@limit_options(pictures=200_000, tick_s=120.0)
@click.option("--batch", default=16, show_default=True, help="Pictures a step, a process.")
@click.option("--learning-rate", default=0.0025, show_default=True)
@click.option("--r1-gamma", default=2.0, show_default=True, help="Weight of R1.")
@click.option(
    "--path-weight",
    default=0.0,
    show_default=True,
    help="Weight of path-length regularisation (published: 2).",
)
@click.option(
    "--decorrelation", default=0.0, show_default=True, help="Weight of the decorrelation of w."
)
@click.option(
    "--adversarial",
    default=1.0,
    show_default=True,
    help="Weight of the discriminator's loss; 0 leaves it out, to begin by redrawing alone.",
)
@means_options
@augment_options
@click.option("--mirror/--no-mirror", default=True, help="Also show reflected drawings.")
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--kid-pictures",
    default=200,
    show_default=True,
    help="Pictures for KID; 0 measures none (a measure takes half a minute on two cores).",
)
@click.option("--kid-seconds", default=900.0, show_default=True, help="Time between two KIDs.")
@device_options
def train_gan(dataset: Path, folder: Path, **options) -> None:
    """Train a StyleGAN2 on DATASET (made by `models prepare`).

    \b
    Example, on a CPU, coarse first and then grown:
      models train-gan figures -o run64 --resolution 64 --minutes 25
      models train-gan figures -o run128 --from run64/latest.pt --resolution 128
    """
    plan = plan_from_options(dataset, folder, options)
    click.echo(describe(plan))
    if not options["dry_run"]:
        run(plan)


def plan_from_options(dataset: Path, folder: Path, options: dict) -> Plan:
    """Records from command-line values; refuses what cannot work before anything is computed."""
    shape = {
        "resolution": options["resolution"],
        "img_channels": options["channels"],
        "channel_base": options["channel_base"],
        "channel_max": options["channel_max"],
        "layout": options["layout"],
    }
    if options["resume"] and options["start"] is not None:
        raise InputError("--resume and --from: expected only one of them")
    if not options["adversarial"] and not options["redraw"]:
        raise InputError("--adversarial 0 without --redraw: expected one of them above 0")
    augment = AugmentConfig(target=options["ada_target"], kimg=options["ada_kimg"])
    return Plan(
        dataset=dataset,
        folder=folder,
        resume=options["resume"],
        start=options["start"],
        generator=GeneratorConfig(
            z_dim=options["z_dim"] or options["w_dim"],
            w_dim=options["w_dim"],
            mapping_layers=options["mapping_layers"],
            **shape,
        ),
        discriminator=DiscriminatorConfig(**shape),
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
            mirror=options["mirror"],
            seed=options["seed"],
            augment=augment,
        ),
        limits=RunLimits(
            pictures=options["pictures"],
            minutes=options["minutes"],
            tick_s=options["tick_seconds"],
            checkpoint_s=options["checkpoint_seconds"],
            kid_s=options["kid_seconds"],
        ),
        accelerator=options["accelerator"],
        devices=options["devices"],
        precision=options["precision"],
        kid_pictures=options["kid_pictures"],
    )
