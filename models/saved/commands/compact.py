"""`models compact`: a small checkpoint to go on from."""

from pathlib import Path

import click

from exhibit.cli.options import refuse_overwriting
from models.saved.checkpoint import (
    DENOISER,
    ENCODER,
    GAN,
    read_checkpoint,
    tensor_bytes,
    write_checkpoint,
)
from models.saved.commands.options import file_to_write
from models.saved.compacting import compact


@click.command("compact")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@file_to_write()
def compact_checkpoint(checkpoint: Path, out: Path, dry_run: bool) -> None:
    """Write a small copy of CHECKPOINT in half precision, to archive or to pass on.

    It holds the networks and the augmentation, not the optimizers: continue from it with --from of
    the command that trained it, not with --resume.
    """
    refuse_overwriting([checkpoint], [out])
    state = read_checkpoint(checkpoint, GAN, ENCODER, DENOISER)
    small = compact(state)
    if dry_run:
        click.echo(f"{checkpoint}: {tensor_bytes(small) / 1e6:.1f} MB -> {out}")
        return
    write_checkpoint(out, state["format"], small)
    click.echo(f"wrote {out}, {out.stat().st_size / 1e6:.1f} MB")
