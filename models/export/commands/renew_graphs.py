"""`models bundle renew-graphs`."""

from __future__ import annotations

from pathlib import Path

import click

from models.dry_run import checking_option
from models.export.renewing import renew_graphs
from models.export.take_place import take_place
from models.saved.encoder import load_hand


@click.command("renew-graphs")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("checkpoint", type=click.Path(path_type=Path))
@checking_option
def renew_graphs_command(bundle: Path, checkpoint: Path, dry_run: bool) -> None:
    """Write encoder.onnx and generator.onnx of BUNDLE anew from the CHECKPOINT it was made of.

    For a bundle that an older release has exported: the networks stay, and run faster. Memory,
    directions and everything else stay as they are. The bundle's golden pairs must come out again,
    or it is left alone; a table that runs goes on with what it has loaded.
    """
    take = (lambda new, old: None) if dry_run else take_place
    renew_graphs(bundle, load_hand(checkpoint), take)
    click.echo(f"{bundle}: encoder.onnx and generator.onnx of {checkpoint}, checked")
