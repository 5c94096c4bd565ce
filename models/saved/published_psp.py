"""Read checkpoints in the layout of the published pSp release: encoder, decoder, mean code."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from torch import Tensor

from models.networks.psp.config import EncoderConfig, EncoderError
from models.networks.psp.inverter import Inverter
from models.networks.stylegan2.generator import Generator
from models.saved.checkpoint import State, not_finite, read_tensors
from models.saved.rosinality import generator_of, mean_code, without_prefix

_KIND = "GradualStyleEncoder"
_OTHERS = {
    "Encoder4Editing": "e4e",
    "ProgressiveStage": "e4e",
    "SingleStyleCodeEncoder": "e4e",
    "BackboneEncoder": "ReStyle",
    "ResNetBackboneEncoder": "ReStyle",
    "ProgressiveBackboneEncoder": "ReStyle over e4e",
    "ResNetProgressiveBackboneEncoder": "ReStyle over e4e",
    "BackboneEncoderUsingLastLayerIntoW": "pSp's ablation into W",
    "BackboneEncoderUsingLastLayerIntoWPlus": "pSp's ablation into W+",
}


def checkpoint_from_psp(path: Path) -> State:
    """Content of an encoder's checkpoint of ours from a published one.

    Args:
        path: a `.pt` with `state_dict` (names `encoder.*`, `decoder.*`), `latent_avg` and `opts`.

    Returns:
        What `models.saved.encoder.load_hand` reads.

    Raises:
        CheckpointError: missing, or holding more than tensors.
        EncoderError, ModelError: of another architecture; says which.
    """
    content = _read(path)
    inverter = _inverter(content, path)
    generator = _decoder(content, path)
    codes = generator.synthesis.num_ws, generator.synthesis.w_dim
    if (inverter.config.num_ws, inverter.config.w_dim) != codes:
        raise EncoderError(
            f"{path}: the encoder gives {inverter.config.num_ws} codes of {inverter.config.w_dim}, "
            f"its decoder takes {codes[0]} of {codes[1]}"
        )
    return {
        "encoder_config": inverter.config.to_dict(),
        "generator_config": generator.config.to_dict(),
        "inverter_ema": inverter.state_dict(),
        "generator_ema": generator.state_dict(),
        "pictures_seen": 0,
        "notes": {"imported": path.name},
    }


def load_published(path: Path) -> Inverter:
    """Load the encoder of a published checkpoint; tensors only, nothing in it runs.

    Args:
        path: as of `checkpoint_from_psp`; without `decoder.*` too.

    Returns:
        An `irse50` inverter in evaluation mode that starts from the checkpoint's mean code.

    Raises:
        CheckpointError: missing, or holding more than tensors.
        EncoderError: of another architecture, by its options or its weights.
    """
    return _inverter(_read(path), path)


def _inverter(content: dict[str, Any], path: Path) -> Inverter:
    options = _options(content)
    _check_kind(options, path)
    weights = without_prefix(content["state_dict"], "encoder.")
    wrong = not_finite(weights)
    if wrong is not None:
        raise EncoderError(f"{path}: encoder.{wrong} holds numbers that are not finite")
    inverter = Inverter(_config(weights, options, path))
    try:
        inverter.encoder.load_state_dict(weights)
    except RuntimeError as error:
        reason = str(error).splitlines()[1].strip()
        raise EncoderError(f"{path}: not an IR-SE-50 pSp encoder ({reason})") from None
    if options.get("start_from_latent_avg", True):
        mean = mean_code(content.get("latent_avg"), inverter.config.w_dim, path)
        if mean is None:
            raise EncoderError(f"{path}: holds no latent_avg, from which its codes start")
        inverter.w_avg.copy_(mean)
    return inverter.eval().requires_grad_(False)


def _decoder(content: dict[str, Any], path: Path) -> Generator:
    weights = without_prefix(content["state_dict"], "decoder.")
    if not weights:
        raise EncoderError(f"{path}: holds no decoder.*; expected the generator beside the encoder")
    return generator_of(weights, content.get("latent_avg"), path)


def _read(path: Path) -> dict[str, Any]:
    content = read_tensors(path, argparse.Namespace)
    if not isinstance(content.get("state_dict"), dict):
        raise EncoderError(f"{path}: expected a published pSp checkpoint with 'state_dict'")
    named = {name.removeprefix("module."): v for name, v in content["state_dict"].items()}
    return content | {"state_dict": named}


def _options(content: dict[str, Any]) -> dict[str, Any]:
    options = content.get("opts", {})
    return vars(options) if isinstance(options, argparse.Namespace) else dict(options or {})


def _check_kind(options: dict[str, Any], path: Path) -> None:
    """Refuse encoders whose weights have the same names and mean something else."""
    kind = options.get("encoder_type", _KIND)
    if kind != _KIND:
        what = _OTHERS.get(str(kind), "another encoder")
        raise EncoderError(f"{path}: {what} (encoder_type {kind}); expected pSp's {_KIND}")
    steps = options.get("n_iters_per_batch", 1)
    if steps != 1:
        raise EncoderError(f"{path}: ReStyle (n_iters_per_batch {steps}); expected pSp's one step")
    if options.get("learn_in_w", False):
        raise EncoderError(f"{path}: learn_in_w is on; expected codes of their own for all layers")


def _config(weights: dict[str, Tensor], options: dict[str, Any], path: Path) -> EncoderConfig:
    """The sizes, read from the tensors themselves."""
    try:
        channels = weights["input_layer.0.weight"].shape[1]
        w_dim = weights["styles.0.linear.weight"].shape[0]
    except KeyError as error:
        raise EncoderError(f"{path}: holds no 'encoder.{error.args[0]}'") from None
    styles = {int(name.split(".")[1]) for name in weights if name.startswith("styles.")}
    if channels not in (1, 3):
        raise EncoderError(
            f"{path}: the encoder sees {channels} channels; expected 1 or 3 (a picture beside its "
            "own answer is ReStyle, one of many labels is a segmentation)"
        )
    return EncoderConfig(
        backbone="irse50",
        ink_size=int(options.get("input_size", 256)),
        input_channels=channels,
        num_ws=len(styles),
        w_dim=w_dim,
        inversion="w_plus",
        feature_channels=0,
    )
