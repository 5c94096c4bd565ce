"""Encoder checkpoints: encoder, the generator it serves, and what a run needs to go on."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from exhibit.contract.errors import InputError
from models.networks.psp.config import EncoderConfig, EncoderError
from models.networks.psp.inverter import Inverter
from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.gan import as_float32, as_half, load_checkpoint, write_state

FORMAT = "tracing-table-encoder-1"
DEFAULT_STROKE_WIDTH_PX = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """Ink to picture: an encoder and the generator it was trained with, both in evaluation mode.

    Args:
        inverter: ink to codes.
        generator: codes to picture.
        notes: plain values that say how they were trained.
    """

    inverter: Inverter
    generator: Generator
    notes: dict[str, Any]

    @property
    def stroke_width_px(self) -> float:
        """Line width of the ink that the encoder was trained on."""
        return float(self.notes.get("training", {}).get("stroke_width_px", DEFAULT_STROKE_WIDTH_PX))


def save_encoder_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a crash leaves either the old file or the new one."""
    write_state(path, {"format": FORMAT, **state})


def load_encoder_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint without executing anything from it.

    Raises:
        EncoderError: missing, not an encoder checkpoint, or holding more than tensors.
    """
    if not path.is_file():
        raise EncoderError(f"{path}: no such checkpoint; expected one of models train-encoder")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise EncoderError(f"{path}: not a checkpoint of tensors ({reason})") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise EncoderError(f"{path}: expected the format '{FORMAT}' of models train-encoder")
    return state


def gan_of(path: Path) -> dict[str, Any] | None:
    """Read the GAN inside an encoder's checkpoint, for another GAN run to begin from.

    Returns:
        `generator_config`, `ema`, `discriminator_config`, `discriminator` and `pictures_seen` (and
        `augment` and `own_latents` where it has them), as a checkpoint of `models train-gan` names
        them; None where the file is no encoder's.
    """
    try:
        state = load_encoder_checkpoint(path)
    except EncoderError:
        return None
    configs = ("generator_config", "discriminator_config")
    counts = ("pictures_seen", "pictures_before")
    kept = (*configs, "discriminator", "augment", "own_latents", *counts)
    found = {name: state[name] for name in kept if name in state}
    return found | {"ema": state["generator_ema"]}


def load_gan(path: Path) -> dict[str, Any]:
    """Read the GAN of a checkpoint of `models train-gan` or `models train-encoder`.

    Raises:
        ModelError: the file is missing or is neither.
    """
    return gan_of(path) or load_checkpoint(path)


def discriminator_of(path: Path) -> Discriminator:
    """Read the discriminator of a checkpoint, in training mode."""
    state = load_encoder_checkpoint(path)
    discriminator = Discriminator(DiscriminatorConfig.from_dict(state["discriminator_config"]))
    discriminator.load_state_dict(as_float32(state["discriminator"]))
    return discriminator


def compact(state: dict[str, Any]) -> dict[str, Any]:
    """Keep of a checkpoint what another run can begin from, in half precision.

    Args:
        state: as `load_encoder_checkpoint` returns it.

    Returns:
        Networks, the drawings' own latents, configurations and notes; optimizers and random states
        are left out.
    """
    plain = ("encoder_config", "generator_config", "discriminator_config", "training", "notes")
    counts = ("step", "pictures_seen", "pictures_before")
    kept = {name: state[name] for name in (*plain, *counts) if name in state}
    parts = ("inverter_ema", "generator_ema", "discriminator", "augment", "own_latents")
    return kept | {name: as_half(state[name]) for name in parts if name in state}


def mean_of_averages(states: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Mean of the averaged networks of several states of one run; all else is the last one's.

    Args:
        states: as `load_encoder_checkpoint` returns them.

    Raises:
        InputError: networks of different shapes.

    Source: Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better
    Generalization", section 3.
    """
    mean = dict(states[-1])
    for configuration in ("encoder_config", "generator_config"):
        found = [state[configuration] for state in states]
        if any(one != found[-1] for one in found):
            raise InputError(f"{configuration} differs: expected checkpoints of one run")
    for network in ("inverter_ema", "generator_ema"):
        mean[network] = {
            name: torch.stack([state[network][name].float() for state in states]).mean(dim=0)
            for name in states[-1][network]
        }
    return mean


def load_hand(path: Path) -> Hand:
    """Read the averaged encoder and generator of a checkpoint, gradients off.

    Args:
        path: checkpoint of `models train-encoder`.
    """
    state = load_encoder_checkpoint(path)
    inverter = Inverter(EncoderConfig.from_dict(state["encoder_config"]))
    inverter.load_state_dict(as_float32(state["inverter_ema"]))
    generator = Generator(GeneratorConfig.from_dict(state["generator_config"]))
    generator.load_state_dict(as_float32(state["generator_ema"]))
    return Hand(
        inverter.eval().requires_grad_(False),
        generator.eval().requires_grad_(False),
        state.get("notes", {}) | {"encoder_pictures": state["pictures_seen"]},
    )
