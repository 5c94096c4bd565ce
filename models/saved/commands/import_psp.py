"""`models import-psp`: turn a published pSp checkpoint into one of this project."""

from pathlib import Path

import click

from exhibit.cli.options import refuse_overwriting
from models.networks.psp.config import EncoderConfig
from models.networks.stylegan2.config import GeneratorConfig
from models.saved.checkpoint import ENCODER, write_checkpoint
from models.saved.commands.options import network_to_checkpoint
from models.saved.published_psp import checkpoint_from_psp


@click.command("import-psp")
@network_to_checkpoint("psp.pt")
def import_psp(network: Path, out: Path, dry_run: bool) -> None:
    """Import NETWORK: a .pt of the published pSp release, its encoder and its decoder.

    `models export` and `models bundle` take what it writes. Only pSp's own encoder is understood;
    e4e and ReStyle have weights of the same names that mean something else, and are refused by
    name. Nothing in the file is executed.
    """
    refuse_overwriting([network], [out])
    state = checkpoint_from_psp(network)
    encoder = EncoderConfig.from_dict(state["encoder_config"])
    generator = GeneratorConfig.from_dict(state["generator_config"])
    click.echo(
        f"{network}: pSp encoder of {encoder.ink_size} px and {encoder.input_channels} channel(s), "
        f"{encoder.num_ws} codes of {encoder.w_dim}; generator of {generator.resolution} px, "
        f"{generator.img_channels} channel(s)"
    )
    if not dry_run:
        write_checkpoint(out, ENCODER, state)
        click.echo(f"wrote {out}")
