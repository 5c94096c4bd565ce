"""A small factorial data set, and a checkpoint that keeps a latent for each of its drawings."""

from pathlib import Path

import torch
from click.testing import CliRunner

from models.cli import main
from models.directions.factorial import read_cells
from models.saved.checkpoint import GAN, read_checkpoint, write_checkpoint
from models.training.parts.latent_places import drawing_keys
from tests.models.hands import write_gan


def write_heads(folder: Path, people: int = 2) -> Path:
    """Some people at 32 px, all of whose faces and turns are there."""
    asked = ["collection", "portraits", "-o", str(folder), "--factors", str(people)]
    asked += ["--resolution", "32"]
    made = CliRunner().invoke(main, asked)
    assert made.exit_code == 0, made.output
    return folder


def number_of(file: str) -> float:
    """The first number of the latent that `write_redrawn` gives a drawing."""
    return float(Path(file).stem[-6:])


def write_redrawn(path: Path, heads: Path) -> Path:
    """A checkpoint whose latents say which drawing they are of, and lie in another order."""
    state = read_checkpoint(write_gan(path), GAN)
    names = sorted(read_cells(heads).files.ravel().tolist(), reverse=True)
    z = torch.ones(len(names), state["generator_config"]["z_dim"])
    z[:, 0] = torch.tensor([number_of(name) for name in names])
    state["own_latents"] = {"z": z, "keys": drawing_keys(heads, names)}
    write_checkpoint(path, GAN, state)
    return path
