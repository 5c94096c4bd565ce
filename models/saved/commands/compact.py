"""`models compact`: a small checkpoint to go on from."""

from pathlib import Path

import click

from models.saved.gan import compact, load_checkpoint, save_checkpoint


@click.command("compact")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="File to write.")
def compact_checkpoint(checkpoint: Path, out: Path) -> None:
    """Write a small copy of CHECKPOINT in half precision, to archive or to pass on.

    It holds the networks and the augmentation, not the optimizers: continue from it with
    `models train-gan --from`, not with --resume.
    """
    save_checkpoint(out, compact(load_checkpoint(checkpoint)))
    click.echo(f"wrote {out}, {out.stat().st_size / 1e6:.1f} MB")
