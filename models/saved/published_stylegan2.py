"""From weights under the published names to configurations and checkpoints of ours."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig, ModelError
from models.networks.stylegan2.discriminator import Discriminator
from models.networks.stylegan2.generator import Generator
from models.saved.restricted_pickle import PickledObject, read_pickle, tensors_of


def _channels(tensors: dict[str, Tensor], path: Path) -> dict[int, int]:
    """Feature maps of each block by resolution."""
    found, resolution = {}, 4
    while f"synthesis.b{resolution}.conv1.weight" in tensors:
        if f"synthesis.b{resolution}.torgb.weight" not in tensors:
            raise ModelError(f"{path}: block b{resolution} has no torgb; expected a skip generator")
        found[resolution] = len(tensors[f"synthesis.b{resolution}.conv1.weight"])
        resolution *= 2
    if not found:
        names = ", ".join(sorted(tensors)[:3])
        raise ModelError(
            f"{path}: no StyleGAN2 synthesis blocks (b4, b8, ...); it holds {names}, ... "
            "(StyleGAN3's own layers cannot be used)"
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
    maximum = channels[4]
    narrow = [resolution for resolution, count in channels.items() if count < maximum]
    finest = max(channels)
    base = channels[narrow[-1]] * narrow[-1] if narrow else maximum * finest
    for resolution, count in channels.items():
        if count != max(1, min(base // resolution, maximum)):
            raise ModelError(
                f"{path}: block b{resolution} has {count} channels, expected "
                f"{min(base // resolution, maximum)}"
            )
    return base, maximum


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
    base, maximum = width_of(channels, path)
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


def generator_from(tensors: dict[str, Tensor], path: Path) -> Generator:
    """A generator with these weights; every one of ours must be there."""
    generator = Generator(config_of(tensors, path))
    missing, unexpected = generator.load_state_dict(tensors, strict=False)
    if missing or unexpected:
        raise ModelError(
            f"{path}: {len(missing)} weights missing and {len(unexpected)} unknown, first "
            f"{(missing + unexpected)[0]!r}"
        )
    return generator


def _discriminator_from(pickled: Any, config: GeneratorConfig) -> Discriminator | None:
    """The discriminator beside a generator when it has the residual layout, else None."""
    if not isinstance(pickled, PickledObject):
        return None
    shape = {"resolution": config.resolution, "img_channels": config.img_channels}
    shape |= {"channel_base": config.channel_base, "channel_max": config.channel_max}
    discriminator = Discriminator(DiscriminatorConfig(layout="published", **shape))
    try:
        discriminator.load_state_dict(tensors_of(pickled))
    except RuntimeError:
        return None
    return discriminator


def checkpoint_from_pickle(path: Path) -> dict[str, Any]:
    """Content of a checkpoint from NVIDIA's `.pkl`: `ema`, and the discriminator if it fits.

    Raises:
        ModelError: refused by the restricted unpickler, or not a StyleGAN2 generator.
    """
    content = read_pickle(path)
    if not isinstance(content, dict) or not isinstance(content.get("G_ema"), PickledObject):
        raise ModelError(
            f"{path}: holds no G_ema; expected a network file of stylegan2-ada-pytorch"
        )
    generator = generator_from(tensors_of(content["G_ema"]), path)
    state = {"generator_config": generator.config.to_dict(), "ema": generator.state_dict()}
    discriminator = _discriminator_from(content.get("D"), generator.config)
    if discriminator is not None:
        state["discriminator_config"] = discriminator.config.to_dict()
        state["discriminator"] = discriminator.state_dict()
    return state


@torch.no_grad()
def estimate_w_avg(generator: Generator, samples: int = 10_000) -> Tensor:
    """Mean w of random latents, for files that do not carry it."""
    latents = torch.randn(
        samples, generator.config.z_dim, generator=torch.Generator().manual_seed(0)
    )
    return generator.mapping.to_w(latents).mean(dim=0)
