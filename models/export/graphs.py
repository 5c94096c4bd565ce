"""Networks to ONNX graphs of plain operators, checked against PyTorch."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from exhibit.contract.errors import BundleError
from exhibit.contract.settings.schema import ModelConfig
from exhibit.inference.session import session_options
from models.export.compact import fold_constants, store_half
from models.export.forms import encoder_form, generator_form
from models.networks.psp.inverter import Inverter
from models.networks.stylegan2.generator import Generator

OPSET = 17
TOLERANCE = 1e-4
PLAIN_DOMAINS = ("", "ai.onnx")


class EncoderGraph(nn.Module):
    """Ink to codes as the runtime calls it; a refining encoder carries its generator inside."""

    def __init__(self, inverter: Inverter, generator: Generator) -> None:
        super().__init__()
        self.inverter = encoder_form(inverter)
        refines = inverter.config.steps > 1
        self.synthesis = generator_form(generator).synthesis if refines else None

    def forward(self, ink: Tensor) -> tuple[Tensor, ...]:
        """(1, planes, S, S) to w_plus (1, num_ws, w_dim) and, with a map, feature."""
        codes = self.inverter(ink, self.synthesis)
        return (codes.w_plus,) if codes.feature is None else (codes.w_plus, codes.feature)


class GeneratorGraph(nn.Module):
    """Codes to picture with the stored noise, so that the same ink always gives the same lines."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.synthesis = generator_form(generator).synthesis

    def forward(self, w_plus: Tensor, feature: Tensor | None = None) -> Tensor:
        """(1, num_ws, w_dim) and optionally (1, C, side, side) to (1, c, R, R)."""
        return self.synthesis(w_plus, feature)


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Inputs and outputs of one graph by name, as the trained network has them; batch of 1."""

    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]


def export_encoder(inverter: Inverter, generator: Generator, ink: Tensor, path: Path) -> Probe:
    """Write `encoder.onnx`: input `ink`, outputs `w_plus` and, where there is one, `feature`.

    Args:
        inverter: in evaluation mode.
        generator: the generator it serves.
        ink: (1, planes, S, S) example ink.
        path: file to write.
    """
    names = ["w_plus", "feature"] if inverter.config.inversion == "feature" else ["w_plus"]
    with torch.no_grad():
        codes = inverter(ink, generator.synthesis)
    found = codes[: len(names)]
    _export(EncoderGraph(inverter, generator), (ink,), ["ink"], names, path)
    return Probe({"ink": ink}, dict(zip(names, found, strict=True)))


def export_generator(generator: Generator, codes: dict[str, Tensor], path: Path) -> Probe:
    """Write `generator.onnx`: inputs `w_plus` [and `feature`], output `picture`.

    Args:
        generator: in evaluation mode.
        codes: example inputs by name, batch of 1.
        path: file to write.
    """
    with torch.no_grad():
        picture = generator.synthesis(*codes.values())
    _export(GeneratorGraph(generator), tuple(codes.values()), list(codes), ["picture"], path)
    return Probe(codes, {"picture": picture})


def with_a_map(generator: Generator, codes: dict[str, Tensor]) -> dict[str, Tensor]:
    """Example inputs with the map `feature`, which directions of the feature map are added to.

    Zeros draw what the generator draws without it.

    Args:
        generator: says which shape its map has.
        codes: `w_plus`, and `feature` where the encoder gives one.
    """
    blank = torch.zeros(1, *generator.synthesis.feature_shape)
    return {**codes, "feature": codes.get("feature", blank)}


def _export(
    graph: nn.Module, inputs: tuple[Tensor, ...], names: list[str], outputs: list[str], path: Path
) -> None:
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.eval(),
            inputs,
            str(path),
            input_names=names,
            output_names=outputs,
            opset_version=OPSET,
            dynamo=False,
        )
    fold_constants(path)
    store_half(path)


def check_graph(path: Path, probe: Probe) -> float:
    """Run a graph in ONNX Runtime and compare it with PyTorch.

    Args:
        path: the graph.
        probe: inputs and PyTorch's outputs.

    Returns:
        The largest difference over all outputs, as a share of an output's largest value where that
        is more than 1: what floats leave of a sum grows with it.

    Raises:
        BundleError: the graph needs custom operators, or differs by more than 1e-4.
    """
    model = onnx.load(path)
    onnx.checker.check_model(model)
    foreign = {node.op_type for node in model.graph.node if node.domain not in PLAIN_DOMAINS}
    if foreign:
        raise BundleError(f"{path}: needs custom operators {sorted(foreign)}; expected plain ONNX")
    session = onnxruntime.InferenceSession(
        str(path), session_options(ModelConfig().threads), providers=["CPUExecutionProvider"]
    )
    found = session.run(list(probe.outputs), {k: v.numpy() for k, v in probe.inputs.items()})
    expected = [tensor.numpy() for tensor in probe.outputs.values()]
    error = max(
        float(np.abs(a - b).max()) / max(1.0, float(np.abs(b).max()))
        for a, b in zip(found, expected, strict=True)
    )
    if not error <= TOLERANCE:
        raise BundleError(
            f"{path}: ONNX Runtime differs from PyTorch by {error:.2e}, expected <= {TOLERANCE:.0e}"
        )
    return error
