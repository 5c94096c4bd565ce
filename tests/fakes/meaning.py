"""A network of meaning that sees where in its frame ink is dark, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from exhibit.contract.values import Gray
from exhibit.recall.meaning import INK_PX, INPUT, OUTPUT, KnownMeanings, framed

CELLS = 4


def tiny_network(cells: int = CELLS) -> bytes:
    """Average ink over `cells` by `cells` blocks."""
    side = INK_PX // cells
    nodes = [
        helper.make_node(
            "AveragePool", [INPUT], ["m"], kernel_shape=[side] * 2, strides=[side] * 2
        ),
        helper.make_node("Flatten", ["m"], [OUTPUT]),
    ]
    kind = TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info(INPUT, kind, [1, 1, INK_PX, INK_PX])]
    outputs = [helper.make_tensor_value_info(OUTPUT, kind, [1, cells * cells])]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def tiny_meanings(drawings: Sequence[Gray]) -> KnownMeanings:
    """What that network says of drawings."""
    session = onnxruntime.InferenceSession(tiny_network(), providers=["CPUExecutionProvider"])

    def features(picture: Gray) -> np.ndarray:
        ink = framed(picture)[None, None].astype(np.float32) / 127.5 - 1
        return session.run([OUTPUT], {INPUT: ink})[0][0]

    both = [[features(drawing), features(drawing[:, ::-1].copy())] for drawing in drawings]
    codes = np.array(both, np.float32)
    centre = codes.mean(axis=(0, 1))
    codes -= centre
    codes /= np.maximum(np.linalg.norm(codes, axis=-1, keepdims=True), 1e-6)
    return KnownMeanings(tiny_network(), codes, centre)
