"""Checkpoints: the complete state of a run, and the networks in it for others to use.

A checkpoint is one file of tensors and plain values. It is read with `weights_only`, so nothing
in it can run.
"""

import pickle
from pathlib import Path
from typing import Any

import torch

from exhibit.contract.files import replacing
from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig, ModelError
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator

FORMAT = "tracing-table-gan-1"


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a crash leaves either the old file or the new one.

    Args:
        path: where; the folder is made.
        state: tensors and plain values (`generator_config`, `ema`, ...).
    """
    write_state(path, {"format": FORMAT, **state})


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values to a file that is never seen half-written."""
    with replacing(path) as file:
        torch.save(state, file)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint without executing anything from it.

    Raises:
        ModelError: missing, not a checkpoint of this project, or holding more than tensors.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such checkpoint; expected a file written by models train-gan")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path}: not a checkpoint of tensors ({reason})") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ModelError(f"{path}: expected the format {FORMAT!r} written by models train-gan")
    return state


COMPACT_PARTS = ("generator", "ema", "discriminator", "augment", "own_latents")
COMPACT_VALUES = (
    "generator_config",
    "discriminator_config",
    "training",
    "pictures_seen",
    "pictures_before",
)


def compact(state: dict[str, Any]) -> dict[str, Any]:
    """What another run needs to go on from (`--from`), in half precision.

    Args:
        state: a complete checkpoint; optimizers and random states are left out.

    Returns:
        Networks, average, augmentation, the drawings' own latents and configurations.
    """
    kept = {name: as_half(state[name]) for name in COMPACT_PARTS if name in state}
    return kept | {name: state[name] for name in COMPACT_VALUES if name in state}


def _require(state: dict[str, Any], key: str, path: Path) -> Any:
    if key not in state:
        raise ModelError(f"{path}: holds no {key!r}; it holds {', '.join(sorted(state))}")
    return state[key]


def load_generator(path: Path) -> Generator:
    """The averaged (EMA) generator of a checkpoint, in evaluation mode, gradients off.

    Args:
        path: checkpoint of `models train-gan` or `models import-stylegan2`.
    """
    path = Path(path)
    state = load_checkpoint(path)
    generator = Generator(GeneratorConfig.from_dict(_require(state, "generator_config", path)))
    generator.load_state_dict(as_float32(_require(state, "ema", path)))
    return generator.eval().requires_grad_(False)


def load_discriminator(path: Path) -> Discriminator:
    """The discriminator of a checkpoint, in training mode (callers may go on training it)."""
    path = Path(path)
    state = load_checkpoint(path)
    config = DiscriminatorConfig.from_dict(_require(state, "discriminator_config", path))
    discriminator = Discriminator(config)
    discriminator.load_state_dict(as_float32(_require(state, "discriminator", path)))
    return discriminator


def as_float32(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Floating tensors as float32 (compact checkpoints hold half precision)."""
    return {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}


def as_half(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Floating tensors as float16, for the compact checkpoint to go on from."""
    return {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
