"""Networks of twice the resolution that compute what the smaller ones did, on twice the pixels.

The generator's new block begins with no contribution to the picture, and the discriminator's new
block begins as "halve the picture, then read it as before". Nothing that was learnt is disturbed by
fresh layers.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from models.networks.stylegan2.config import ModelError
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.networks.stylegan2.layers import GAIN, SLOPE


def grown(
    generator: Generator, discriminator: Discriminator, resolution: int
) -> tuple[Generator, Discriminator]:
    """Networks of twice the size that begin as these two; of their own size they are the same.

    Planes of detail are drawn by the new block, which therefore begins at random: silent, its
    weights would take ten thousand pictures at usual rates to let a line through.

    Raises:
        ModelError: the resolution is another one.
    """
    before = generator.config
    refuse_leaps(before.resolution, resolution)
    if resolution == before.resolution:
        return generator, discriminator
    larger = Generator(replace(before, resolution=resolution))
    fresh = copy_matching(larger, generator.state_dict(), "generator")
    if not before.detail_channels:
        silence_new_pictures(larger, fresh)
    judge = Discriminator(replace(discriminator.config, resolution=resolution))
    known = discriminator.state_dict()
    copy_matching(judge, known, "discriminator")
    continue_reading(judge, known)
    return larger.eval().requires_grad_(False), judge


def refuse_leaps(known: int, wanted: int) -> None:
    """Refuse a resolution that is neither that of the networks nor twice it.

    Raises:
        ModelError: names both.
    """
    if wanted not in (known, 2 * known):
        raise ModelError(
            f"resolution {wanted}: the checkpoint has {known}, expected {known} or {2 * known} "
            "(grow one step at a time)"
        )


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


@torch.no_grad()
def silence_new_pictures(module: nn.Module, fresh: list[str]) -> None:
    """Let layers that are new draw nothing at first.

    Args:
        module: a generator.
        fresh: names of its parameters that came from nowhere.
    """
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
