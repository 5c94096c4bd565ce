"""Convert rosinality-style state dicts (also inside pSp checkpoints) to the published names.

The same network with other names; its convolutions are scaled by 1/sqrt(fan in) when used, the
published ones are not (demodulation undoes any scale), so the scale is applied here.
"""

import argparse
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.networks.stylegan2.config import ModelError
from models.networks.stylegan2.generator import Generator
from models.networks.stylegan2.layers import resample_filter
from models.saved.checkpoint import State, read_tensors
from models.saved.published_stylegan2 import estimate_w_avg, generator_from

_FIRST = "input.input"
_MOST_NAMED = 5
_CONVOLUTION = r"conv\.(weight|modulation\.(weight|bias))"
_NAMES = re.compile(
    rf"input\.input|style\.\d+\.(weight|bias)|noises\.noise_\d+"
    rf"|(conv1|convs\.\d+)\.({_CONVOLUTION}|conv\.blur\.kernel|noise\.weight|activate\.bias)"
    rf"|(to_rgb1|to_rgbs\.\d+)\.({_CONVOLUTION}|bias|upsample\.kernel)"
)


def _affine(source: dict[str, Tensor], old: str, new: str) -> dict[str, Tensor]:
    return {
        f"{new}.affine.weight": source[f"{old}.conv.modulation.weight"],
        f"{new}.affine.bias": source[f"{old}.conv.modulation.bias"],
    }


def _layer(source: dict[str, Tensor], old: str, new: str, index: int) -> dict[str, Tensor]:
    weight = source[f"{old}.conv.weight"][0]
    resolution = 2 ** (2 + (index + 1) // 2)
    noise = source.get(f"noises.noise_{index}")
    if noise is None:
        generator = torch.Generator().manual_seed(index)
        noise = torch.randn(resolution, resolution, generator=generator)
    return _affine(source, old, new) | {
        f"{new}.weight": weight / math.sqrt(weight[0].numel()),
        f"{new}.bias": source[f"{old}.activate.bias"],
        f"{new}.noise_strength": source[f"{old}.noise.weight"].reshape([]),
        f"{new}.noise_const": noise.reshape(resolution, resolution),
        f"{new}.resample_filter": resample_filter(),
    }


def _to_rgb(source: dict[str, Tensor], old: str, new: str) -> dict[str, Tensor]:
    return _affine(source, old, new) | {
        f"{new}.weight": source[f"{old}.conv.weight"][0],
        f"{new}.bias": source[f"{old}.bias"].flatten(),
    }


def published_names(source: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """A rosinality generator's weights under the published names, without `mapping.w_avg`.

    Args:
        source: state dict with `style.1.weight`, `input.input`, `conv1...`, `convs...`.
        path: file named in errors.

    Raises:
        ModelError: a weight that such a generator has is missing, or one is there that it has not.
    """
    _check_names(source, path)
    try:
        found = {"synthesis.b4.const": source["input.input"][0]}
        found |= _layer(source, "conv1", "synthesis.b4.conv1", 0)
        found |= _to_rgb(source, "to_rgb1", "synthesis.b4.torgb")
        resolution, index = 4, 0
        while f"convs.{2 * index}.conv.weight" in source:
            resolution *= 2
            block = f"synthesis.b{resolution}"
            found |= _layer(source, f"convs.{2 * index}", f"{block}.conv0", 2 * index + 1)
            found |= _layer(source, f"convs.{2 * index + 1}", f"{block}.conv1", 2 * index + 2)
            found |= _to_rgb(source, f"to_rgbs.{index}", f"{block}.torgb")
            index += 1
        if len({name.split(".")[1] for name in source if name.startswith("convs.")}) > 2 * index:
            raise KeyError(f"convs.{2 * index}.conv.weight")
        layer = 1
        while f"style.{layer}.weight" in source:
            found[f"mapping.fc{layer - 1}.weight"] = source[f"style.{layer}.weight"]
            found[f"mapping.fc{layer - 1}.bias"] = source[f"style.{layer}.bias"]
            layer += 1
    except KeyError as error:
        raise ModelError(f"{path}: no weight {error} of a rosinality generator") from error
    except (IndexError, RuntimeError) as error:
        raise ModelError(
            f"{path}: a weight of another shape than rosinality's ({error})"
        ) from error
    while resolution >= 4:
        found[f"synthesis.b{resolution}.resample_filter"] = resample_filter()
        resolution //= 2
    return {name: value.detach().float() for name, value in found.items()}


def checkpoint_from_state_dict(path: Path) -> tuple[State, str]:
    """Content of a checkpoint from a rosinality-style `.pt`, or from the decoder of a pSp one.

    They are found by their names, in whatever dictionary of the file and with whatever prefix:
    `g_ema`, the `decoder.*` of pSp, the `module.` of several devices. Averages come first.

    Returns:
        The content, and why there is no discriminator.

    Raises:
        CheckpointError: not a file of tensors.
        ModelError: without such a generator; says what is wrong with it.
    """
    content = read_tensors(path, argparse.Namespace)
    generator = generator_of(_weights(content, path), content.get("latent_avg"), path)
    state = {"generator_config": generator.config.to_dict(), "ema": generator.state_dict()}
    return state, "such files name theirs otherwise"


def generator_of(weights: dict[str, Tensor], average: object, path: Path) -> Generator:
    """The generator of weights under rosinality's names.

    Args:
        weights: as of `published_names`.
        average: the mean code (w_dim,), the same once a layer, or None to estimate it.
        path: file named in errors.

    Raises:
        ModelError: a weight is missing or not finite, or layers have mean codes of their own.
    """
    tensors = published_names(weights, path)
    width = len(tensors["synthesis.b4.conv1.affine.weight"][0])
    mean = mean_code(average, width, path)
    tensors["mapping.w_avg"] = torch.zeros(width) if mean is None else mean
    generator = generator_from(tensors, path)
    if mean is None:
        generator.mapping.w_avg.copy_(estimate_w_avg(generator))
    return generator


def mean_code(average: object, width: int, path: Path) -> Tensor | None:
    """`latent_avg` as one w: files keep it once, or once a layer; None where there is none.

    Raises:
        ModelError: it is of another length, differs between layers, or is not finite.
    """
    if not isinstance(average, Tensor):
        return None
    if average.numel() == 0 or average.numel() % width:
        raise ModelError(f"{path}: latent_avg has {average.numel()} numbers, expected {width}")
    rows = average.detach().float().reshape(-1, width)
    if not bool(torch.isfinite(rows).all()):
        raise ModelError(f"{path}: latent_avg holds numbers that are not finite")
    if not torch.allclose(rows, rows[:1].expand_as(rows), atol=1e-4):
        raise ModelError(f"{path}: latent_avg differs between layers; expected one mean code")
    return rows[0]


def _check_names(source: dict[str, Tensor], path: Path) -> None:
    """Refuse a generator with more in it, or with filters that are not ours."""
    kernel = resample_filter()
    for name, value in source.items():
        if _NAMES.fullmatch(name) is None:
            raise ModelError(f"{path}: the weight {name!r} is not known in a rosinality generator")
        if name.endswith(".kernel"):
            own = value.detach().float()
            if own.shape != kernel.shape or not torch.allclose(own / own.sum(), kernel, atol=1e-4):
                raise ModelError(f"{path}: {name} is another filter; expected that of [1, 3, 3, 1]")


def _weights(content: dict[str, Any], path: Path) -> dict[str, Tensor]:
    """The generator's weights, wherever a file keeps them."""
    found = []
    for place, weights in _dictionaries(content):
        for name in weights:
            if isinstance(name, str) and name.endswith(_FIRST):
                prefix = name.removesuffix(_FIRST)
                if f"{prefix}conv1.conv.weight" in weights:
                    inner = without_prefix(weights, prefix)
                    inner.pop("latent_avg", None)
                    found.append((f"{place}.{prefix}", inner))
    if not found:
        holds = ", ".join(map(str, list(content)[:_MOST_NAMED])) or "nothing"
        raise ModelError(
            f"{path}: holds no generator (g_ema, or decoder.* of pSp) but {holds}; expected a "
            "rosinality-style checkpoint"
        )
    return next((weights for place, weights in found if "ema" in place), found[0][1])


def _dictionaries(content: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every dictionary of a file with its place, those of the file itself last."""
    for name, inner in content.items():
        if isinstance(inner, dict):
            yield from _dictionaries(inner, f"{place}.{name}")
    yield place, content


def without_prefix(weights: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Those whose names begin with a prefix, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in weights.items()
        if name.startswith(prefix)
    }
