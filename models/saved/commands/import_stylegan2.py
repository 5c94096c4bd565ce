"""`models import-stylegan2`: turn a published network file into a checkpoint of this project."""

from pathlib import Path

import click

from exhibit.cli.options import refuse_overwriting
from exhibit.contract.errors import InputError
from models.networks.stylegan2.config import GeneratorConfig
from models.saved.checkpoint import GAN, write_checkpoint
from models.saved.commands.options import network_to_checkpoint
from models.saved.published_stylegan2 import checkpoint_from_pickle
from models.saved.rosinality import checkpoint_from_state_dict

READERS = {".pkl": checkpoint_from_pickle, ".pt": checkpoint_from_state_dict}


@click.command("import-stylegan2")
@network_to_checkpoint("lear.pt")
def import_stylegan2(network: Path, out: Path, dry_run: bool) -> None:
    """Import NETWORK: a .pkl of NVIDIA's stylegan2-ada-pytorch or stylegan3 (its StyleGAN2), a
    rosinality-style .pt, or the decoder of a pSp .pt (for its encoder as well: import-psp).

    Nothing in the file is executed: only tensors are read, anything else is refused.
    """
    refuse_overwriting([network], [out])
    reader = READERS.get(network.suffix.lower())
    if reader is None:
        raise InputError(f"{network}: expected a file ending in {' or '.join(READERS)}")
    if not network.is_file():
        raise InputError(f"{network}: no such file")
    state, missing = reader(network)
    config = GeneratorConfig.from_dict(state["generator_config"])
    parts = "generator and discriminator" if "discriminator" in state else "generator"
    click.echo(
        f"{network}: {parts}, {config.resolution} px, {config.img_channels} channel(s), "
        f"w of {config.w_dim}, channel base {config.channel_base}"
        + ("" if config.conv_clamp is None else f", clamped at {config.conv_clamp:g}")
    )
    if missing:
        click.echo(f"No discriminator: {missing}. Training begins with a new one.")
    if not dry_run:
        write_checkpoint(out, GAN, state)
        click.echo(f"wrote {out}")
