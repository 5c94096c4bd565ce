"""What another run needs to begin from, in half precision."""

from __future__ import annotations

from models.saved.checkpoint import DENOISER, ENCODER, GAN, State, as_half

_SHARED = ("discriminator", "augment", "own_latents")
_NETWORKS = {
    GAN: ("generator", "ema", *_SHARED),
    ENCODER: ("inverter_ema", "generator_ema", *_SHARED),
    DENOISER: ("ema",),
}
_VALUES = (
    "encoder_config",
    "generator_config",
    "discriminator_config",
    "denoiser_config",
    "card",
    "training",
    "notes",
    "step",
    "pictures_seen",
    "pictures_before",
)


def compact(state: State) -> State:
    """Keep of a complete checkpoint what `--from` takes, in half precision.

    Args:
        state: as `read_checkpoint` returns it.

    Returns:
        Networks, augmentation, the drawings' own latents, configurations and notes; optimizers and
        random states are left out.
    """
    networks = {name: as_half(state[name]) for name in _NETWORKS[state["format"]] if name in state}
    return networks | {name: state[name] for name in _VALUES if name in state}
