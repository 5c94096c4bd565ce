"""Begin from another run: at the same size, grown to twice the resolution, or cut to half of it."""

from typing import Any

from torch import nn

from models.saved.checkpoint import as_float32
from models.training.gan.state import GanState
from models.training.parts.growing import (
    continue_reading,
    copy_matching,
    refuse_leaps,
    silence_new_pictures,
)


def start_from(state: GanState, saved: dict[str, Any]) -> None:
    """Copy a saved run's networks into a new run of the same, twice or half the resolution.

    Optimizers and the average of path lengths start anew; pictures are counted anew, beside those
    that were seen before. The augmentation keeps its p. Cut to half, the generator draws what its
    coarser blocks drew, and the discriminator reads pictures anew.

    Args:
        state: new run, before its first step.
        saved: checkpoint as `load_gan` gives it; `generator` and `discriminator` may be
            absent (imported files): the generator then starts from the average, the
            discriminator from its fresh weights.

    Raises:
        ModelError: other channels or layout, or a resolution that is none of these.
    """
    old, new = saved["generator_config"]["resolution"], state.generator.config.resolution
    if 2 * new != old:
        refuse_leaps(old, new)
    sources = {"ema": saved["ema"], "generator": saved.get("generator", saved["ema"])}
    for name in ("generator", "ema"):
        fresh = copy_matching(state.modules()[name], as_float32(sources[name]), name)
        silence_new_pictures(state.modules()[name], fresh)
    if new == 2 * old:
        copy_new_layers(state.ema, state.generator, new)
    if "discriminator" in saved:
        source = as_float32(saved["discriminator"])
        copy_matching(state.discriminator, source, "discriminator")
        if new == 2 * old:
            continue_reading(state.discriminator, source)
    state.pictures_before = saved.get("pictures_seen", 0) + saved.get("pictures_before", 0)
    if "augment" in saved:
        state.augment.load_state_dict(as_float32(saved["augment"]))


def copy_new_layers(average: nn.Module, model: nn.Module, resolution: int) -> None:
    """Give the average the model's fresh block, so that both begin alike there."""
    name = f"synthesis.b{resolution}"
    average.get_submodule(name).load_state_dict(model.get_submodule(name).state_dict())
