"""The generator and the discriminator in a checkpoint, whichever training wrote it."""

from __future__ import annotations

from pathlib import Path

from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import (
    ENCODER,
    GAN,
    State,
    as_float32,
    read_checkpoint,
    required,
)

_SHARED = (
    "generator_config",
    "discriminator_config",
    "discriminator",
    "augment",
    "own_latents",
    "pictures_seen",
    "pictures_before",
)


def load_gan(path: Path) -> State:
    """Read the GAN of a checkpoint of `models train-gan` or `models train-encoder`.

    Returns:
        What a checkpoint of `models train-gan` holds. Of an encoder's: `generator_config`, `ema`,
        and those of discriminator, augmentation, own latents and counts that it has.

    Raises:
        CheckpointError: the file is missing or is neither.
    """
    state = read_checkpoint(path, GAN, ENCODER)
    if state["format"] == GAN:
        return state
    found = {name: state[name] for name in _SHARED if name in state}
    return found | {"ema": state["generator_ema"]}


def load_generator(path: Path) -> Generator:
    """The averaged (EMA) generator of a checkpoint, see `averaged_generator`.

    Args:
        path: checkpoint of `models train-gan`, `train-encoder` or `import-stylegan2`.
    """
    return averaged_generator(load_gan(path), path)


def saved_discriminator(state: State, path: Path) -> Discriminator:
    """The discriminator of a state of either training, in training mode.

    Args:
        state: as `read_checkpoint` or `load_gan` gives it.
        path: where it comes from, for errors.
    """
    discriminator = Discriminator(
        DiscriminatorConfig.from_dict(required(state, "discriminator_config", path))
    )
    discriminator.load_state_dict(as_float32(required(state, "discriminator", path)))
    return discriminator


def averaged_generator(state: State, path: Path) -> Generator:
    """The averaged (EMA) generator of a state of either training, ready to draw: no gradients.

    Args:
        state: as `read_checkpoint` or `load_gan` gives it.
        path: where it comes from, for errors.
    """
    generator = Generator(GeneratorConfig.from_dict(required(state, "generator_config", path)))
    name = "generator_ema" if "generator_ema" in state else "ema"
    generator.load_state_dict(as_float32(required(state, name, path)))
    return generator.eval().requires_grad_(False)
