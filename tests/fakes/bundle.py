"""A bundle small enough to write in a test: a linear encoder and a linear generator, no torch.

The encoder averages ink over blocks and mixes them into codes; the generator paints a fixed
pattern for every number of a code. With `inversion="feature"` the ink also reaches the picture
through the feature map, so that a picture shows the strokes that were drawn.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import onnxruntime
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file

from exhibit.contract.bundle import (
    DIRECTIONS,
    DIRECTIONS_META,
    ENCODER,
    GENERATOR,
    GOLDEN,
    LATENTS,
    PARTS,
    REQUIRED,
    sha256_of,
)

RESOLUTION, NUM_WS, W_DIM, FEATURE_CHANNELS, BLOCKS = 32, 8, 16, 2, 8
FEATURE_SHAPE = (FEATURE_CHANNELS, 16, 16)
STROKE_WIDTH_PX = 2.0
DIRECTION_NAMES = ("darker", "rounder", "taller")
_OPSET, _IR_VERSION = 17, 9


def write_bundle(
    folder: Path,
    inversion: Literal["w_plus", "feature"] = "feature",
    name: str = "tiny",
    seed: int = 1,
) -> Path:
    """Write a complete bundle with correct hashes and golden pairs.

    Args:
        folder: made where it does not exist.
        inversion: whether the encoder gives a feature map beside the codes.
        name: the card's name.
        seed: of weights, latents and directions.

    Returns:
        `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    w_avg = rng.normal(0, 0.5, W_DIM).astype(np.float32)
    with_feature = inversion == "feature"
    onnx.save(_encoder(rng, w_avg, with_feature), folder / ENCODER)
    onnx.save(_generator(rng, w_avg, with_feature), folder / GENERATOR)
    _write_latents(folder, rng, w_avg)
    _write_directions(folder, rng)
    _write_golden(folder, rng)
    write_card(folder, name, inversion)
    return folder


def add_appearance(folder: Path, name: str = "shaded", part: str = "ink", **known: Any) -> None:
    """Put an appearance into a bundle with a feature map, and a part `left`: half of the map.

    Args:
        folder: of the bundle.
        name: of the direction.
        part: where it is added.
        known: other values of its entry, as `onset`.
    """
    vectors = load_file(folder / DIRECTIONS)
    vectors[name] = np.array([-1, 0], np.float32)
    save_file(vectors, folder / DIRECTIONS)
    meta = json.loads((folder / DIRECTIONS_META).read_text(encoding="utf-8"))
    entry = {"method": "panda", "space": "map", "layers": [], "safe_range": [-2.0, 2.0]}
    meta[name] = entry | {"sigma": 1.0, "part": part} | known
    (folder / DIRECTIONS_META).write_text(json.dumps(meta, indent=1), encoding="utf-8")
    left = np.zeros(FEATURE_SHAPE[1:], np.float32)
    left[:, : FEATURE_SHAPE[2] // 2] = 1
    save_file({"left": left}, folder / PARTS)
    files = {file: sha256_of(folder / file) for file in (*REQUIRED, PARTS)}
    write_card(folder, "tiny", "feature", format=3, files=files)


def write_card(folder: Path, name: str, inversion: str, **changes: Any) -> None:
    """Write `card.yaml` with the hashes of the files as they are now; `changes` replace fields."""
    card = {
        "format": 1,
        "name": name,
        "artist": "nobody",
        "collection": "synthetic",
        "licence": "Apache-2.0",
        "resolution": RESOLUTION,
        "num_ws": NUM_WS,
        "w_dim": W_DIM,
        "ink_size": RESOLUTION,
        "stroke_width_px": STROKE_WIDTH_PX,
        "inversion": inversion,
        "feature_shape": list(FEATURE_SHAPE) if inversion == "feature" else None,
        "files": {file: sha256_of(folder / file) for file in REQUIRED},
    }
    card.update(changes)
    (folder / "card.yaml").write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")


def _value(name: str, *shape: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def _model(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    weights: dict[str, NDArray[Any]],
) -> onnx.ModelProto:
    initializers = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializers)
    opsets = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
    onnx.checker.check_model(model)
    return model


def _encoder(
    rng: np.random.Generator, w_avg: NDArray[np.float32], with_feature: bool
) -> onnx.ModelProto:
    block = RESOLUTION // BLOCKS
    mix = rng.normal(0, 1 / BLOCKS, (BLOCKS * BLOCKS, NUM_WS * W_DIM)).astype(np.float32)
    weights = {
        "mix": mix,
        # Blank paper (+1 everywhere) is the mean code.
        "offset": np.tile(w_avg, NUM_WS) - mix.sum(axis=0),
        "flat": np.array([1, BLOCKS * BLOCKS], np.int64),
        "rows": np.array([1, NUM_WS, W_DIM], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("AveragePool", ["ink"], ["blocks"], kernel_shape=[block] * 2, strides=[block] * 2),
        node("Reshape", ["blocks", "flat"], ["row"]),
        node("MatMul", ["row", "mix"], ["mixed"]),
        node("Add", ["mixed", "offset"], ["code"]),
        node("Reshape", ["code", "rows"], ["w_plus"]),
    ]
    outputs = [_value("w_plus", 1, NUM_WS, W_DIM)]
    if with_feature:
        kernel = np.array([1.0, -0.5], np.float32).reshape(FEATURE_CHANNELS, 1, 1, 1)
        weights |= {"kernel": kernel, "bias": -kernel.reshape(-1)}
        nodes += [
            node("AveragePool", ["ink"], ["halved"], kernel_shape=[2, 2], strides=[2, 2]),
            node("Conv", ["halved", "kernel", "bias"], ["feature"]),
        ]
        outputs.append(_value("feature", 1, *FEATURE_SHAPE))
    return _model(nodes, [_value("ink", 1, 1, RESOLUTION, RESOLUTION)], outputs, weights)


def _generator(
    rng: np.random.Generator, w_avg: NDArray[np.float32], with_feature: bool
) -> onnx.ModelProto:
    patterns = rng.normal(0, 0.05, (NUM_WS * W_DIM, RESOLUTION * RESOLUTION)).astype(np.float32)
    weights: dict[str, NDArray[Any]] = {
        "patterns": patterns,
        # The mean code paints light grey.
        "offset": (0.8 - np.tile(w_avg, NUM_WS) @ patterns).astype(np.float32),
        "flat": np.array([1, NUM_WS * W_DIM], np.int64),
        "image": np.array([1, 1, RESOLUTION, RESOLUTION], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Reshape", ["w_plus", "flat"], ["row"]),
        node("MatMul", ["row", "patterns"], ["painted"]),
        node("Add", ["painted", "offset"], ["flat_picture"]),
        node("Reshape", ["flat_picture", "image"], ["coarse"]),
    ]
    inputs, last = [_value("w_plus", 1, NUM_WS, W_DIM)], "coarse"
    if with_feature:
        kernel = np.array([1.0, -0.5], np.float32).reshape(1, FEATURE_CHANNELS, 1, 1)
        weights |= {"kernel": kernel, "scales": np.array([1, 1, 2, 2], np.float32)}
        nodes += [
            node("Conv", ["feature", "kernel"], ["residual"]),
            node("Resize", ["residual", "", "scales"], ["lines"], mode="nearest"),
            node("Add", ["coarse", "lines"], ["followed"]),
        ]
        inputs.append(_value("feature", 1, *FEATURE_SHAPE))
        last = "followed"
    nodes.append(node("Tanh", [last], ["picture"]))
    return _model(nodes, inputs, [_value("picture", 1, 1, RESOLUTION, RESOLUTION)], weights)


def _write_latents(folder: Path, rng: np.random.Generator, w_avg: NDArray[np.float32]) -> None:
    spread = rng.normal(0, 1, (W_DIM, W_DIM)).astype(np.float32) / np.sqrt(W_DIM)
    covariance = (spread @ spread.T + 0.1 * np.eye(W_DIM)).astype(np.float32)
    y, x = np.mgrid[0:RESOLUTION, 0:RESOLUTION] / RESOLUTION
    phases = np.linspace(0, 1, 8, endpoint=False)[:, None, None]
    walk = 0.5 + 0.5 * np.sin(2 * np.pi * (x + y + phases))
    np.savez(
        folder / LATENTS, w_avg=w_avg, covariance=covariance, attract=(walk * 255).astype(np.uint8)
    )


def _write_directions(folder: Path, rng: np.random.Generator) -> None:
    vectors, meta = {}, {}
    for position, name in enumerate(DIRECTION_NAMES):
        vector = rng.normal(0, 1, W_DIM).astype(np.float32)
        vectors[name] = vector / np.float32(np.linalg.norm(vector))
        meta[name] = {
            "method": "synthetic",
            "layers": [] if position else [0, 1, 2, 3],
            "safe_range": [-3.0, 3.0],
            "sigma": 1.0,
        }
    save_file(vectors, folder / DIRECTIONS)
    (folder / DIRECTIONS_META).write_text(json.dumps(meta, indent=1), encoding="utf-8")


def _write_golden(folder: Path, rng: np.random.Generator) -> None:
    ink = np.full((2, 1, RESOLUTION, RESOLUTION), 255, np.uint8)
    for sample in ink[:, 0]:
        row, column = rng.integers(4, RESOLUTION - 6, 2)
        sample[row : row + 2, 4:-4] = 0
        sample[4:-4, column : column + 2] = 0
    cpu = ["CPUExecutionProvider"]
    encoder = onnxruntime.InferenceSession(folder / ENCODER, providers=cpu)
    generator = onnxruntime.InferenceSession(folder / GENERATOR, providers=cpu)
    names = [output.name for output in encoder.get_outputs()]
    rows: dict[str, list[NDArray[Any]]] = {name: [] for name in (*names, "picture")}
    for sample in ink.astype(np.float32) / 127.5 - 1:
        codes = dict(zip(names, encoder.run(None, {"ink": sample[None]}), strict=True))
        (picture,) = generator.run(None, codes)
        for name, array in (codes | {"picture": picture}).items():
            rows[name].append(array[0])
    golden: dict[str, Any] = {name: np.stack(array) for name, array in rows.items()}
    np.savez(folder / GOLDEN, ink=ink, **golden)
