"""The encoder in a checkpoint, with the generator it serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from exhibit.contract.errors import InputError
from models.networks.psp.config import EncoderConfig
from models.networks.psp.inverter import Inverter
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import ENCODER, State, as_float32, read_checkpoint, required
from models.saved.gan import averaged_generator

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


def load_hand(path: Path) -> Hand:
    """Read the averaged encoder and generator of a checkpoint, gradients off.

    Args:
        path: checkpoint of `models train-encoder`.

    Raises:
        CheckpointError: the file is missing, no such checkpoint, or lacks a part of one.
    """
    state = read_checkpoint(path, ENCODER)
    inverter = Inverter(EncoderConfig.from_dict(required(state, "encoder_config", path)))
    inverter.load_state_dict(as_float32(required(state, "inverter_ema", path)))
    return Hand(
        inverter.eval().requires_grad_(False),
        averaged_generator(state, path),
        state.get("notes", {}) | {"encoder_pictures": required(state, "pictures_seen", path)},
    )


def mean_of_averages(states: Sequence[State]) -> State:
    """Mean of the averaged networks of several states of one run; all else is the last one's.

    Args:
        states: as `read_checkpoint` returns them.

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
