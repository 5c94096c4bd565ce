"""Read encoders in the layout of the published pSp release (`encoder.*` in a state dict)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.networks.psp.config import EncoderConfig, EncoderError
from models.networks.psp.inverter import Inverter
from models.saved.checkpoint import read_tensors

_PREFIX = "encoder."


def load_published(path: Path) -> Inverter:
    """Load the encoder of a published checkpoint; tensors only, nothing in it runs.

    Args:
        path: a `.pt` with `state_dict` (names `encoder.*`, `decoder.*`), `latent_avg` and `opts`.

    Returns:
        An `irse50` inverter in evaluation mode that starts from the checkpoint's mean code.

    Raises:
        CheckpointError: missing, or holding more than tensors.
        EncoderError: of another architecture.
    """
    state = _read(path)
    weights = {
        name.removeprefix(_PREFIX): value
        for name, value in state["state_dict"].items()
        if name.startswith(_PREFIX)
    }
    inverter = Inverter(_config(weights, _options(state), path))
    try:
        inverter.encoder.load_state_dict(weights)
    except RuntimeError as error:
        reason = str(error).splitlines()[1].strip()
        raise EncoderError(f"{path}: not an IR-SE-50 pSp encoder ({reason})") from None
    inverter.w_avg.copy_(_mean_code(state, inverter.w_avg))
    return inverter.eval().requires_grad_(False)


def _read(path: Path) -> dict[str, Any]:
    state = read_tensors(path, argparse.Namespace)
    if "state_dict" not in state:
        raise EncoderError(f"{path}: expected a published pSp checkpoint with 'state_dict'")
    return state


def _options(state: dict[str, Any]) -> dict[str, Any]:
    options = state.get("opts", {})
    return vars(options) if isinstance(options, argparse.Namespace) else dict(options)


def _config(weights: dict[str, Tensor], options: dict[str, Any], path: Path) -> EncoderConfig:
    """The sizes, read from the tensors themselves."""
    try:
        channels = weights["input_layer.0.weight"].shape[1]
        w_dim = weights["styles.0.linear.weight"].shape[0]
    except KeyError as error:
        raise EncoderError(f"{path}: holds no 'encoder.{error.args[0]}'") from None
    styles = {int(name.split(".")[1]) for name in weights if name.startswith("styles.")}
    return EncoderConfig(
        backbone="irse50",
        ink_size=int(options.get("input_size", 256)),
        input_channels=channels,
        num_ws=len(styles),
        w_dim=w_dim,
        inversion="w_plus",
        feature_channels=0,
    )


def _mean_code(state: dict[str, Any], like: Tensor) -> Tensor:
    """`latent_avg` as one w: published files keep it per layer, or once."""
    mean = state.get("latent_avg")
    if mean is None:
        return torch.zeros_like(like)
    return mean.float().reshape(-1, like.shape[0])[0]
