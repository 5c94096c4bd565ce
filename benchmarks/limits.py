"""What this machine can do at most: multiplications a second by format, and bytes a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from exhibit.inference.session import session_options

_SIDE, _ROUNDS, _COPIES = 512, 60, 7
_PIECE_BYTES, _PIECES = 4 * 2**20, 64
Bytes = NDArray[np.uint8]
_BF16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
_INT8_FLAGS = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"}


@dataclass(frozen=True, slots=True)
class Limits:
    """The best of several rounds.

    Args:
        gflops: 10⁹ multiplications and additions a second of a product of two matrices of 512 by
            512, by format; a format that the processor has no instructions for is left out.
        copied_gb_s: 10⁹ bytes a second, read and written, of a copy in memory.
    """

    gflops: dict[str, float]
    copied_gb_s: float


def measure_limits(threads: int) -> Limits:
    """Measure with so many threads; the formats take turns."""
    works = {"fp32": _onnx_product(np.float32, threads)}
    flags = processor_flags()
    if flags & _BF16_FLAGS:
        works["bf16"] = _torch_product(threads)
    if flags & _INT8_FLAGS:
        works["int8"] = _onnx_product(np.uint8, threads)
    best = dict.fromkeys(works, float("inf"))
    for _ in range(_ROUNDS):
        for name, work in works.items():
            best[name] = min(best[name], _seconds(work))
    done = 2 * _SIDE**3 / 1e9
    gflops = {name: round(done / seconds, 1) for name, seconds in best.items()}
    return Limits(gflops, round(_copied_gb_s(threads), 1))


def processor_flags() -> set[str]:
    """Return what Linux says that the processor can do; empty elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    found = (line.split(":", 1)[1] for line in lines if line.startswith(("flags", "Features")))
    return set(next(found, "").split())


def _onnx_product(kind: type[np.generic], threads: int) -> Callable[[], object]:
    """A product of two matrices as ONNX Runtime does it, the second one constant."""
    rng = np.random.default_rng(1)
    shape = [_SIDE, _SIDE]
    whole = kind is np.uint8
    left = rng.integers(0, 255, shape).astype(kind) if whole else rng.random(shape, np.float32)
    right = rng.integers(-127, 127, shape).astype(np.int8) if whole else left
    given, made = (TensorProto.UINT8, TensorProto.INT32) if whole else (TensorProto.FLOAT,) * 2
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger" if whole else "MatMul", ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", given, shape)],
        [helper.make_tensor_value_info("product", made, shape)],
        [numpy_helper.from_array(right, "right")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), session_options(threads), providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, {"left": left})


def _torch_product(threads: int) -> Callable[[], object]:
    torch.set_num_threads(threads)
    left = torch.rand(_SIDE, _SIDE).bfloat16()
    return lambda: left @ left


def _copied_gb_s(threads: int) -> float:
    """Piece by piece, so that no process comes in between; together they fit in no cache."""
    pieces = [np.ones((threads, _PIECE_BYTES // threads), np.uint8) for _ in range(_PIECES)]
    others = [np.empty_like(piece) for piece in pieces]
    with ThreadPoolExecutor(threads) as pool:
        taken = [
            _seconds(partial(_all_of, pool, other, piece))
            for _ in range(_COPIES)
            for other, piece in zip(others, pieces, strict=True)
        ]
    return 2 * _PIECE_BYTES / min(taken) / 1e9


def _all_of(pool: ThreadPoolExecutor, others: Bytes, pieces: Bytes) -> None:
    list(pool.map(np.copyto, others, pieces))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
