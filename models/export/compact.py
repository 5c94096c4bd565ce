"""Make graphs small: fold constants, and keep weights in half precision on disk only.

The weights are rounded before export, so PyTorch and ONNX Runtime still agree; a Cast after each
stored weight turns it back to float32, which every runtime folds away when it opens the graph.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from torch import nn

MIN_VALUES = 256
"""Smaller constants are not worth a node."""
_SUFFIX = "_half"


def round_weights(network: nn.Module) -> None:
    """Round parameters and buffers in place to what half precision can hold."""
    for tensor in (*network.parameters(), *network.buffers()):
        if tensor.is_floating_point():
            tensor.data.copy_(tensor.data.half().float())


def fold_constants(path: Path) -> None:
    """Compute in advance what does not depend on the input, in plain ONNX operators."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def store_half(path: Path) -> None:
    """Store those weights in half precision that lose nothing by it."""
    model = onnx.load(path)
    casts, kept = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        half = values.astype(np.float16) if values.dtype == np.float32 else values
        exact = half.dtype == np.float16 and np.array_equal(half.astype(np.float32), values)
        if not exact or values.size < MIN_VALUES:
            kept.append(weight)
            continue
        kept.append(numpy_helper.from_array(half, weight.name + _SUFFIX))
        casts.append(
            helper.make_node("Cast", [weight.name + _SUFFIX], [weight.name], to=TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    onnx.save(model, path)
