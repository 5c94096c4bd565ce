"""`models average`: one encoder checkpoint from several of the same run."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.cli.options import refuse_overwriting
from exhibit.contract.errors import InputError
from models.saved.checkpoint import ENCODER, read_checkpoint, tensor_bytes, write_checkpoint
from models.saved.commands.options import file_to_write
from models.saved.encoder import mean_of_averages


@click.command("average")
@click.argument("checkpoints", nargs=-1, type=click.Path(path_type=Path))
@file_to_write()
def average_checkpoints(checkpoints: tuple[Path, ...], out: Path, dry_run: bool) -> None:
    """Write the mean of the averaged encoders and generators of CHECKPOINTS.

    They must be states of one run, close to each other. All the rest is that of the last one.

    \b
    Example:
      models average at-75k.pt at-82k.pt -o mean.pt
    """
    refuse_overwriting(checkpoints, [out])
    if len(checkpoints) < 2:
        raise InputError(f"{len(checkpoints)} checkpoints: expected two or more of one run")
    states = [read_checkpoint(path, ENCODER) for path in checkpoints]
    mean = mean_of_averages(states)
    click.echo(f"{len(states)} checkpoints of one run, {tensor_bytes(mean) / 1e6:.1f} MB -> {out}")
    if not dry_run:
        write_checkpoint(out, ENCODER, mean)
        click.echo(f"wrote {out}")
