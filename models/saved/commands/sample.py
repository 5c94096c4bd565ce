"""`models sample`: draw pictures from a checkpoint."""

from pathlib import Path

import click
import torch

from exhibit.cli.numbers import SEEDS_BELOW, Number, numbers_in
from models.networks.pixels import to_uint8
from models.networks.stylegan2.samples import draw, fixed_latents
from models.saved.gan import load_generator
from models.sheets import sheet, write_png


@click.command("sample")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="A .png for one sheet, or a folder for single pictures.",
)
@click.option("--seeds", default="0-47", show_default=True, help="Which pictures, as 0-7,12.")
@click.option(
    "--psi",
    default=1.0,
    show_default=True,
    type=Number(-2, 2),
    help="Truncation: 1 is the whole variety, 0 the average drawing.",
)
@click.option(
    "--columns",
    default=8,
    show_default=True,
    type=click.IntRange(1, 100),
    help="Pictures a row of the sheet.",
)
@click.option("--dry-run", is_flag=True, help="Check the checkpoint and the seeds, draw nothing.")
def sample(
    checkpoint: Path, out: Path, seeds: str, psi: float, columns: int, dry_run: bool
) -> None:
    """Draw pictures from CHECKPOINT (latest.pt of either training, or an imported one).

    A seed always gives the same picture.
    """
    numbers = numbers_in("--seeds", seeds, SEEDS_BELOW)
    generator = load_generator(checkpoint)
    click.echo(f"{checkpoint}: {generator.config.resolution} px; {len(numbers)} pictures to {out}")
    if dry_run:
        return
    latents = torch.cat([fixed_latents(1, generator.config.z_dim, seed) for seed in numbers])
    pictures = to_uint8(draw(generator, latents, psi))
    if out.suffix.lower() == ".png":
        write_png(out, sheet(pictures, min(columns, len(pictures))))
        return
    for seed, picture in zip(numbers, pictures, strict=True):
        write_png(out / f"seed{seed:05d}.png", picture)
