"""Begin from another run: at the same size, or grown to twice the resolution.

A grown network computes what it computed before, on twice the pixels: the generator's new block
starts with no contribution to the picture, and the discriminator's new block starts as "halve the
picture, then read it as before". Nothing that was learnt is disturbed by fresh layers.
"""

from typing import Any

import torch
from torch import Tensor, nn

from models.networks.stylegan2.config import ModelError
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.layers import GAIN, SLOPE
from models.saved.checkpoint import as_float32
from models.training.gan.state import GanState


def start_from(state: GanState, saved: dict[str, Any]) -> None:
    """Copy a saved run's networks into a new run of the same or twice the resolution.

    Optimizers and the average of path lengths start anew; pictures are counted anew, beside those
    that were seen before. The augmentation keeps its p.

    Args:
        state: new run, before its first step.
        saved: checkpoint as `load_gan` gives it; `generator` and `discriminator` may be
            absent (imported files): the generator then starts from the average, the
            discriminator from its fresh weights.

    Raises:
        ModelError: other channels or layout, or a resolution that is not the same or the double.
    """
    old, new = saved["generator_config"]["resolution"], state.generator.config.resolution
    if new not in (old, 2 * old):
        raise ModelError(
            f"resolution {new}: the checkpoint has {old}, expected {old} or {2 * old} "
            "(grow one step at a time)"
        )
    sources = {"ema": saved["ema"], "generator": saved.get("generator", saved["ema"])}
    for name in ("generator", "ema"):
        fresh = copy_matching(state.modules()[name], as_float32(sources[name]), name)
        _silence_new_pictures(state.modules()[name], fresh)
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


def copy_matching(module: nn.Module, source: dict[str, Tensor], label: str) -> list[str]:
    """Load every tensor of `source` that the module has; returns the names left fresh."""
    target = module.state_dict()
    for name in target.keys() & source.keys():
        if source[name].shape != target[name].shape:
            raise ModelError(
                f"{label}.{name} is {tuple(source[name].shape)} in the checkpoint and "
                f"{tuple(target[name].shape)} here: expected the same channels and layout"
            )
        target[name] = source[name]
    module.load_state_dict(target)
    return sorted(target.keys() - source.keys())


def copy_new_layers(average: nn.Module, model: nn.Module, resolution: int) -> None:
    """Give the average the model's fresh block, so that both begin alike there."""
    name = f"synthesis.b{resolution}"
    average.get_submodule(name).load_state_dict(model.get_submodule(name).state_dict())


@torch.no_grad()
def _silence_new_pictures(module: nn.Module, fresh: list[str]) -> None:
    parameters = dict(module.named_parameters())
    for name in fresh:
        if name.endswith("torgb.weight"):
            parameters[name].zero_()


@torch.no_grad()
def continue_reading(discriminator: Discriminator, source: dict[str, Tensor]) -> None:
    """Make the new first block give what the old reader of pictures gave on the halved picture.

    leaky(a) − leaky(−a) = (1 + slope)·a, so two channels per picture channel carry the picture
    through an activation unchanged. The other channels stay random and start unread.

    Args:
        discriminator: grown by one block, the rest already copied.
        source: state dict of the smaller one; its `fromrgb` is what is continued.
    """
    resolution = discriminator.config.resolution
    block = discriminator.block(resolution)
    colours = discriminator.config.img_channels
    if discriminator.config.channels(resolution) < 2 * colours:
        return
    reader, first, second = block.fromrgb, block.conv0, block.conv1
    old_weight = source[f"b{resolution // 2}.fromrgb.weight"][:, :, 0, 0] * reader.weight_gain
    old_bias = source[f"b{resolution // 2}.fromrgb.bias"]
    undo = 1 / (GAIN * (1 + SLOPE))
    first.weight[: 2 * colours] = 0.0
    second.weight.zero_()
    block.skip.weight.zero_()
    for colour in range(colours):
        plus, minus = 2 * colour, 2 * colour + 1
        reader.weight[plus : minus + 1] = 0.0
        for channel, sign in ((plus, 1.0), (minus, -1.0)):
            reader.weight[channel, colour] = sign / reader.weight_gain
            first.weight[channel, plus, 1, 1] = sign * undo / first.weight_gain
            first.weight[channel, minus, 1, 1] = -sign * undo / first.weight_gain
            taps = sign * undo * GAIN * old_weight[:, colour] / second.weight_gain
            second.weight[:, channel, 1, 1] = taps
    assert second.bias is not None  # every convolution but the skip has one
    second.bias.copy_(old_bias * GAIN)
