"""`models diffuse prior`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from models.collection.pictures import load_pictures
from models.diffusion.commands.shared import (
    CHECKPOINT,
    SEED,
    STEPS_OPTION,
    say_cost_of_pictures,
    walked,
)
from models.diffusion.subject import load_subject
from models.directions.drawing import draw_codes
from models.directions.subject import load_subject as load_generator_subject
from models.dry_run import dry_run_option
from models.measures.json_report import JSON_OPTION, write_json
from models.measures.prior import measured_collection, prior
from models.networks.perceptual.lpips import evaluation_lpips
from models.networks.psp.inverter import Codes

_SIDE_PX = 64
"""Of pictures and drawings, when they are compared: no model is judged by how finely it draws."""


@click.command("prior")
@CHECKPOINT
@click.option(
    "--gan", type=click.Path(path_type=Path), help="A generator of the same drawings, beside it."
)
@click.option(
    "--dataset",
    required=True,
    type=click.Path(path_type=Path),
    help="The drawings that both learnt.",
)
@JSON_OPTION
@click.option(
    "--samples",
    default=200,
    show_default=True,
    type=click.IntRange(8),
    help="Random pictures.",
)
@click.option(
    "--copies",
    default=100,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures whose nearest drawing is looked for.",
)
@STEPS_OPTION
@SEED
@dry_run_option
def prior_command(
    checkpoint: Path,
    gan: Path | None,
    dataset: Path,
    json_path: Path | None,
    samples: int,
    copies: int,
    steps: int,
    seed: int,
    dry_run: bool,
) -> None:
    """Measure how likely random pictures are as drawings, and how many are near-copies.

    KID and Fréchet distance of VGG16's features, and distances to the nearest drawing, at 64 px; in
    brackets the same of the collection itself.
    """
    subject = load_subject(checkpoint, steps=steps, seed=seed)
    channels = subject.network.config.img_channels
    learnt = load_pictures(dataset, _SIDE_PX, channels).pictures
    drawings = learnt.float().mean(dim=1).round().byte().numpy()
    if dry_run:
        say_cost_of_pictures(subject, samples, f"report -> {json_path or 'no file'}")
        return
    pictures = {"denoiser": walked(subject, samples).pictures}
    if gan is not None:
        other = load_generator_subject(gan, seed=seed)
        codes = Codes(other.as_ws(other.sample_w(samples)), None)
        pictures["generator"] = draw_codes(other, codes)
    lpips = evaluation_lpips()
    click.echo(f"measuring {len(drawings)} drawings")
    collection = measured_collection(lpips, drawings, min(copies, samples), _SIDE_PX, seed)
    found = {}
    for name, drawn in pictures.items():
        click.echo(f"measuring the {name}")
        found[name] = prior(lpips, drawn, collection)
        told = "; ".join(f"{title} {figure}" for title, figure in found[name].rows())
        click.echo(f"{name}: {told}")
    if json_path is not None:
        write_json({name: asdict(one) for name, one in found.items()}, json_path)
        click.echo(f"-> {json_path}")
