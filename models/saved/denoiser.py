"""The denoiser in a checkpoint."""

from __future__ import annotations

from pathlib import Path

from models.networks.denoiser.config import DenoiserConfig
from models.networks.denoiser.unet import Denoiser
from models.networks.layout import channels_last
from models.saved.checkpoint import DENOISER, as_float32, read_checkpoint, required


def load_denoiser(path: Path) -> Denoiser:
    """The averaged (EMA) denoiser of a checkpoint, ready to draw: no gradients.

    Args:
        path: of `models train-diffusion`, complete or compact.

    Raises:
        CheckpointError: the file is missing or is another one.
        DenoiserError: it is of a shape that cannot be built.
    """
    state = read_checkpoint(path, DENOISER)
    network = Denoiser(DenoiserConfig.from_dict(required(state, "denoiser_config", path)))
    network.load_state_dict(as_float32(required(state, "ema", path)))
    return channels_last(network.eval().requires_grad_(False))
