"""From weights under the published names to configurations and checkpoints of ours."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig, ModelError
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import State, not_finite
from models.saved.pickled_settings import (
    check_filters,
    check_settings,
    conv_clamp_of,
    group_size_of,
    scaled_as_ours,
)
from models.saved.restricted_pickle import PickledObject, read_pickle, tensors_of


def _channels(tensors: dict[str, Tensor], path: Path) -> dict[int, int]:
    """Feature maps of each block by resolution."""
    found, resolution = {}, 4
    while f"synthesis.b{resolution}.conv1.weight" in tensors:
        if f"synthesis.b{resolution}.torgb.weight" not in tensors:
            raise ModelError(f"{path}: block b{resolution} has no torgb; expected a skip generator")
        found[resolution] = len(tensors[f"synthesis.b{resolution}.conv1.weight"])
        resolution *= 2
    if "synthesis.input.freqs" in tensors or "synthesis.input.weight" in tensors:
        raise ModelError(
            f"{path}: a StyleGAN3 network; its layers are other ones, expected a StyleGAN2"
        )
    if not found:
        names = ", ".join(sorted(tensors)[:3])
        raise ModelError(
            f"{path}: no StyleGAN2 synthesis blocks (b4, b8, ...); it holds {names}, ..."
        )
    return found


def width_of(channels: dict[int, int], path: Path) -> tuple[int, int]:
    """channel_base and channel_max that give these widths.

    Args:
        channels: feature maps by resolution.
        path: file named in the error.

    Raises:
        ModelError: the widths do not follow min(base / resolution, max).
    """
    maximum = max(channels.values())
    narrow = {resolution: count for resolution, count in channels.items() if count < maximum}
    full = [resolution for resolution in channels if resolution not in narrow]
    # Each narrow block says between which numbers the base lies; the least of them is taken.
    # One channel says nothing: there is never less.
    bounds = [count * side for side, count in narrow.items() if count > 1]
    least = max(maximum * max(full), *bounds) if bounds else maximum * max(full)
    for resolution, count in channels.items():
        if count != max(1, min(least // resolution, maximum)):
            raise ModelError(
                f"{path}: block b{resolution} has {count} channels, expected "
                f"{max(1, min(least // resolution, maximum))} as the others imply"
            )
    return least, maximum


def config_of(tensors: dict[str, Tensor], path: Path) -> GeneratorConfig:
    """The configuration that a published generator's weights imply."""
    channels = _channels(tensors, path)
    if any(name.startswith("mapping.embed") for name in tensors):
        raise ModelError(f"{path}: the generator takes class labels; expected one without")
    layers = 0
    while f"mapping.fc{layers}.weight" in tensors:
        layers += 1
    if layers == 0:
        raise ModelError(f"{path}: no mapping network (mapping.fc0.weight)")
    widths = [len(tensors[f"mapping.fc{layer}.weight"]) for layer in range(layers)]
    if len(set(widths)) > 1:
        raise ModelError(
            f"{path}: the mapping network's layers have {widths} features (layer_features); "
            f"expected {widths[-1]} in all, the length of w"
        )
    base, maximum = width_of(channels, path)
    try:
        return GeneratorConfig(
            resolution=max(channels),
            z_dim=tensors["mapping.fc0.weight"].shape[1],
            w_dim=tensors[f"mapping.fc{layers - 1}.weight"].shape[0],
            img_channels=len(tensors["synthesis.b4.torgb.weight"]),
            mapping_layers=layers,
            channel_base=base,
            channel_max=maximum,
            layout="published",
        )
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def generator_from(
    tensors: dict[str, Tensor], path: Path, conv_clamp: float | None = None
) -> Generator:
    """A generator with these weights; every one of ours must be there.

    Raises:
        ModelError: a weight is missing, unknown, of another shape or not finite; names it.
    """
    wrong = not_finite(tensors)
    if wrong is not None:
        raise ModelError(f"{path}: {wrong} holds numbers that are not finite")
    check_filters(tensors, path)
    generator = Generator(replace(config_of(tensors, path), conv_clamp=conv_clamp))
    expected = generator.state_dict()
    for name in expected.keys() ^ tensors.keys():
        what = "is missing" if name in expected else "is not known"
        raise ModelError(f"{path}: the weight {name!r} {what}")
    for name, value in expected.items():
        if value.shape != tensors[name].shape:
            raise ModelError(f"{path}: {name} is {_shape(tensors[name])}, expected {_shape(value)}")
    generator.load_state_dict(tensors)
    return generator


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a number"


def _pickled_generator(pickled: PickledObject, path: Path) -> Generator:
    check_settings(pickled, True, path)
    tensors, clamp = tensors_of(pickled), conv_clamp_of(pickled, path)
    generator = generator_from(tensors, path, clamp)
    generator.load_state_dict(scaled_as_ours(tensors, pickled, generator))
    return generator


def _discriminator_from(pickled: Any, config: GeneratorConfig, path: Path) -> Discriminator:
    """The discriminator beside a generator.

    Raises:
        ModelError: there is none, or it is of another kind; says why.
    """
    if not isinstance(pickled, PickledObject):
        raise ModelError(f"{path}: holds no D")
    check_settings(pickled, False, path)
    tensors = tensors_of(pickled)
    check_filters(tensors, path)
    wrong = not_finite(tensors)
    if wrong is not None:
        raise ModelError(f"{path}: {wrong} of D holds numbers that are not finite")
    discriminator = Discriminator(
        DiscriminatorConfig(
            resolution=config.resolution,
            img_channels=config.img_channels,
            channel_base=config.channel_base,
            channel_max=config.channel_max,
            layout="published",
            mbstd_group=group_size_of(pickled, path),
            conv_clamp=conv_clamp_of(pickled, path),
        )
    )
    try:
        discriminator.load_state_dict(scaled_as_ours(tensors, pickled, discriminator))
    except RuntimeError as error:
        raise ModelError(f"{path}: D: {str(error).splitlines()[1].strip()}") from error
    return discriminator


def checkpoint_from_pickle(path: Path) -> tuple[State, str]:
    """Content of a checkpoint from NVIDIA's `.pkl`: `ema`, and the discriminator if it fits.

    Returns:
        The content, and why the discriminator was left out, or "".

    Raises:
        ModelError: refused by the restricted unpickler, or not a StyleGAN2 generator of ours.
    """
    content = read_pickle(path)
    if not isinstance(content, dict) or not isinstance(content.get("G_ema"), PickledObject):
        raise ModelError(
            f"{path}: holds no G_ema; expected a network file of stylegan2-ada-pytorch"
        )
    generator = _pickled_generator(content["G_ema"], path)
    state = {"generator_config": generator.config.to_dict(), "ema": generator.state_dict()}
    try:
        discriminator = _discriminator_from(content.get("D"), generator.config, path)
    except ModelError as error:
        return state, str(error).removeprefix(f"{path}: ")
    state["discriminator_config"] = discriminator.config.to_dict()
    state["discriminator"] = discriminator.state_dict()
    return state, ""


@torch.no_grad()
def estimate_w_avg(generator: Generator, samples: int = 10_000) -> Tensor:
    """Mean w of random latents, for files that do not carry it."""
    latents = torch.randn(
        samples, generator.config.z_dim, generator=torch.Generator().manual_seed(0)
    )
    return generator.mapping.to_w(latents).mean(dim=0)
