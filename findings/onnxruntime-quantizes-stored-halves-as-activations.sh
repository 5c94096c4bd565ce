#!/bin/sh
# ONNX Runtime: `quantize_static(..., per_channel=True)` gives weights one scale for all channels, and
# leaves them in floats in the file, where they are stored in halves and cast to fp32 by the graph: what
# comes out of a Cast is an activation to it. What it logs is the same hint for either graph. With
# `quant_pre_process` before, which folds the cast, the weights are taken for weights.
#
# onnxruntime 1.31.1, onnx 1.23.2: a convolution of 32 channels that go from 0.001 to 1. Stored in fp32:
# 32 scales, weights of int8 in the file. Stored in halves: one scale, with which all weights of 6 channels
# round to 0, and no weights of int8 in the file. Folded first: 32 scales again.
#
# Exits 0 while it is so, 1 when it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$folder/packages" \
  onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6
cd "$folder"
PYTHONPATH="$folder/packages" python3 - <<'PYTHON'
import logging
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

logging.disable(logging.WARNING)
rng = np.random.default_rng(0)
strength = np.logspace(-3, 0, 32)[:, None, None, None]
weights = (strength * rng.standard_normal((32, 16, 3, 3))).astype(np.float16)
pictures = [rng.standard_normal((1, 16, 8, 8)).astype(np.float32) for _ in range(4)]


class Pictures(CalibrationDataReader):
    def __init__(self):
        self.rest = iter(pictures)

    def get_next(self):
        picture = next(self.rest, None)
        return None if picture is None else {"x": picture}


def save(name, halves):
    conv = helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])
    if halves:
        nodes = [helper.make_node("Cast", ["stored"], ["w"], to=TensorProto.FLOAT), conv]
        stored = numpy_helper.from_array(weights, "stored")
    else:
        nodes, stored = [conv], numpy_helper.from_array(weights.astype(np.float32), "w")
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 16, 8, 8])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 32, 8, 8])
    graph = helper.make_graph(nodes, "one", [x], [y], [stored])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), name)


def quantized(name):
    """Return the number of scales of weights, of channels that all round to 0, of int8 weights."""
    quantize_static(name, "out.onnx", Pictures(), per_channel=True, weight_type=QuantType.QInt8)
    found = {i.name: numpy_helper.to_array(i) for i in onnx.load("out.onnx").graph.initializer}
    (scale,) = (v for k, v in found.items() if k.endswith("_scale") and k[0] not in "xy")
    steps = np.round(weights.astype(np.float32) / scale.reshape(-1, 1, 1, 1))
    gone = int((steps.reshape(32, -1) == 0).all(1).sum())
    stored = sum(v.size for v in found.values() if v.dtype == np.int8 and v.ndim == 4)
    return scale.size, gone, stored


save("floats.onnx", halves=False)
save("halves.onnx", halves=True)
quant_pre_process("halves.onnx", "folded.onnx")
seen = {name: quantized(f"{name}.onnx") for name in ("floats", "halves", "folded")}
for name, (scales, gone, stored) in seen.items():
    print(f"{name}: {scales} scales, {gone} channels of zeros, {stored} weights of int8 in the file")
sys.exit(0 if [v[0] for v in seen.values()] == [32, 1, 32] and seen["halves"][2] == 0 else 1)
PYTHON
