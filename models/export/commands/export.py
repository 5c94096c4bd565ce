"""`models export`: write the ONNX graphs of a checkpoint."""

from __future__ import annotations

from pathlib import Path

import click

from models.export.bundle import golden_inks
from models.export.graphs import check_graph, export_encoder, export_generator, with_a_map
from models.saved.encoder import load_hand


@click.command("export")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder for the graphs."
)
@click.option(
    "--with-map",
    is_flag=True,
    help="Give the generator its additive map `feature` also where the encoder gives none.",
)
@click.option("--dry-run", is_flag=True, help="Read the checkpoint, say what would happen, stop.")
def export(checkpoint: Path, out: Path, with_map: bool, dry_run: bool) -> None:
    """Write encoder.onnx and generator.onnx of CHECKPOINT and compare them with PyTorch.

    A bundle has these and more: use `models bundle` for the table.
    """
    hand = load_hand(checkpoint)
    config = hand.inverter.config
    click.echo(
        f"{checkpoint}: {config.backbone} encoder, ink {config.ink_size} px; generator "
        f"{hand.generator.config.resolution} px -> {out}"
    )
    if dry_run:
        return
    out.mkdir(parents=True, exist_ok=True)
    ink = golden_inks(config, hand.stroke_width_px)[:1]
    probe = export_encoder(hand.inverter, hand.generator, ink, out / "encoder.onnx")
    click.echo(f"encoder.onnx: differs by {check_graph(out / 'encoder.onnx', probe):.1e}")
    codes = with_a_map(hand.generator, probe.outputs) if with_map else probe.outputs
    probe = export_generator(hand.generator, codes, out / "generator.onnx")
    click.echo(f"generator.onnx: differs by {check_graph(out / 'generator.onnx', probe):.1e}")
