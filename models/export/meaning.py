"""Make the network that says what ink is like: AlexNet up to its third layer, in bytes.

Of 1,389 sketches in 90 categories the nearest neighbour by the third layer is of the same category
in 0.47, by our orientation cells in 0.39, by the blurred ink in 0.26 (`docs/recall.md`). What is
left of 9,600 activations after pooling and projecting is a code of 96 numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from exhibit.contract.values import Floats, Gray
from exhibit.recall.meaning import EXTENT, INK_PX, INPUT, OUTPUT, WIDTH_PX, KnownMeanings, framed
from models.networks.perceptual.alexnet import POOL_BEFORE, AlexNet, training_alexnet
from models.networks.perceptual.vgg import SCALE, SHIFT
from models.sketches.framing import Placement, frame_strokes
from models.sketches.raster import as_network_input, draw_strokes
from models.sketches.simplify import Detail, simplify

_LAYERS, _POOLED, _CODE_LENGTH = 3, 3, 96
"""Convolutions that are kept, cells on a side that their activations are averaged in, and numbers
of a code: pooled in 2 to 5 cells and projected to 64 to 256 numbers it is about as good."""
_BATCH = 32
_SIMPLIFIED_PX = 128
_OPSET, _IR_VERSION = 17, 9
ATTRIBUTION = "AlexNet's features: Krizhevsky 2014, weights of lpips 0.1.4 (BSD 2-Clause)"


def know(drawings: Sequence[Gray], sketches: Sequence[Sequence[Floats]] = ()) -> KnownMeanings:
    """Make the network and the codes of drawings.

    Args:
        drawings: each (R, R) uint8, 0 ink .. 255 paper.
        sketches: strokes (n, >= 2) of what people draw; the mean that the ink of the table is
            compared with is theirs, or where there are none the drawings' own.
    """
    lines = [as_sketch(drawing) for drawing in drawings]
    drawn = [framed_strokes(strokes) for strokes in sketches] or lines
    network = training_alexnet()
    seen, people = _pooled(network, lines), _pooled(network, drawn)
    basis = _basis(np.concatenate([seen - seen.mean(axis=0), people - people.mean(axis=0)]))
    graph = meaning_graph(network, basis)
    turned = [np.ascontiguousarray(line[:, ::-1]) for line in lines]
    as_they_are, turned_over = _run(graph, lines), _run(graph, turned)
    codes = np.stack([as_they_are, turned_over], axis=1) - as_they_are.mean(axis=0)
    codes /= np.maximum(np.linalg.norm(codes, axis=-1, keepdims=True), 1e-6)
    centre = _run(graph, drawn).mean(axis=0)
    return KnownMeanings(graph, codes.astype(np.float32), centre.astype(np.float32))


def as_sketch(drawing: Gray) -> Gray:
    """Draw a drawing's main lines as a visitor would: (96, 96) uint8."""
    small = cv2.resize(drawing, (_SIMPLIFIED_PX,) * 2, interpolation=cv2.INTER_AREA)
    strokes = simplify(
        np.asarray(small, np.uint8), Detail(silhouette=0.0), np.random.default_rng(0)
    )
    return framed_strokes(strokes) if strokes else framed(drawing)


def framed_strokes(strokes: Sequence[Floats]) -> Gray:
    """Draw strokes (n, >= 2) as `exhibit.recall.meaning.framed` frames ink: (96, 96) uint8."""
    placed = frame_strokes(strokes, strokes, Placement(EXTENT))
    return draw_strokes(placed, INK_PX, WIDTH_PX)


def meaning_graph(network: AlexNet, basis: Floats) -> bytes:
    """Write AlexNet up to its third layer, pooled and projected, as ONNX.

    Args:
        network: the weights.
        basis: (384·9, k) what activations are projected on.

    Returns:
        The model: `ink` (n, 1, 96, 96) to `features` (n, k).
    """
    graph = _Graph()
    shift, scale = (np.array(row, np.float32).reshape(1, 3, 1, 1) for row in (SHIFT, SCALE))
    value = graph.node("Sub", INPUT, graph.constant("shift", shift))
    value = graph.node("Div", value, graph.constant("scale", scale))
    for number, conv in enumerate(network.convolutions()[:_LAYERS]):
        if number in POOL_BEFORE:
            value = graph.node("MaxPool", value, kernel_shape=[3, 3], strides=[2, 2])
        weight = graph.bytes_of(f"weight{number}", conv.weight.detach().numpy(), axis=0)
        bias = graph.constant(f"bias{number}", _bias(conv))
        value = graph.node(
            "Conv", value, weight, bias, strides=list(conv.stride), pads=2 * list(conv.padding)
        )
        value = graph.node("Relu", value)
    channels, side = _shape(network)
    flat = graph.constant("flat", np.array([-1, channels, side * side], np.int64))
    value = graph.node("Reshape", value, flat)
    value = graph.node("MatMul", value, graph.constant("pool", _pooling(side)))
    value = graph.node("Flatten", value)
    return graph.model(graph.node("MatMul", value, graph.bytes_of("basis", basis, axis=1)), basis)


class _Graph:
    """A graph in the making; weights in bytes, which runtimes turn to numbers as they open it."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, name: str, values: np.ndarray) -> str:
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def bytes_of(self, name: str, values: Floats, axis: int) -> str:
        """Add a weight in whole numbers of -127 .. 127, each slice along `axis` with its scale."""
        others = tuple(other for other in range(values.ndim) if other != axis)
        scale = np.maximum(np.abs(values).max(axis=others), 1e-12) / 127
        whole = np.round(values / np.expand_dims(scale, others)).astype(np.int8)
        inputs = (
            self.constant(f"{name}_whole", whole),
            self.constant(f"{name}_scale", scale.astype(np.float32)),
            self.constant(f"{name}_zero", np.zeros(len(scale), np.int8)),
        )
        return self.node("DequantizeLinear", *inputs, axis=axis)

    def model(self, output: str, basis: Floats) -> bytes:
        self._nodes.append(helper.make_node("Identity", [output], [OUTPUT]))
        kind = TensorProto.FLOAT
        graph = helper.make_graph(
            self._nodes,
            "meaning",
            [helper.make_tensor_value_info(INPUT, kind, ["n", 1, INK_PX, INK_PX])],
            [helper.make_tensor_value_info(OUTPUT, kind, ["n", basis.shape[1]])],
            self._weights,
        )
        opsets = [helper.make_opsetid("", _OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        return model.SerializeToString()


def _bias(conv: nn.Conv2d) -> Floats:
    assert conv.bias is not None
    return conv.bias.detach().numpy()


def _pooled(network: AlexNet, pictures: Sequence[Gray]) -> Floats:
    """Return pooled activations (n, 384·9) of the third layer."""
    taken = []
    for start in range(0, len(pictures), _BATCH):
        batch = as_network_input(np.stack(pictures[start : start + _BATCH]))
        with torch.no_grad():
            activation = network(torch.from_numpy(batch)[:, None])[_LAYERS - 1]
        taken.append(F.adaptive_avg_pool2d(activation, _POOLED).flatten(1).numpy())
    return np.concatenate(taken)


def _basis(values: Floats) -> Floats:
    """Return the directions (d, k) in which centred values (n, d) differ most."""
    directions = np.linalg.svd(values, full_matrices=False)[2]
    return np.ascontiguousarray(directions[:_CODE_LENGTH].T)


def _run(graph: bytes, pictures: Sequence[Gray]) -> Floats:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    inks = as_network_input(np.stack(pictures))[:, None]
    batches = (inks[start : start + _BATCH] for start in range(0, len(inks), _BATCH))
    return np.concatenate([session.run([OUTPUT], {INPUT: batch})[0] for batch in batches])


def _shape(network: AlexNet) -> tuple[int, int]:
    """Return channels and side of the third layer's activations."""
    with torch.no_grad():
        activation = network(torch.zeros(1, 1, INK_PX, INK_PX))[_LAYERS - 1]
    return activation.shape[1], activation.shape[2]


def _pooling(side: int) -> Floats:
    """Return the matrix (side², 9) that averages a square of cells as adaptive pooling does."""
    cells = torch.eye(side * side).reshape(side * side, 1, side, side)
    return F.adaptive_avg_pool2d(cells, _POOLED).reshape(side * side, -1).numpy()
