"""Which ONNX Runtime provider to ask for on this machine.

The onnxruntime-gpu package lists TensorRT and CUDA on every machine, prints errors where their
libraries are missing and silently runs on the CPU. So a provider is asked for only where its
libraries load, and what was got is compared with what was asked.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime as ort

TENSORRT, CUDA, CPU = "tensorrt", "cuda", "cpu"
ORT_NAMES = {
    TENSORRT: "TensorrtExecutionProvider",
    CUDA: "CUDAExecutionProvider",
    CPU: "CPUExecutionProvider",
}
# A missing driver or TensorRT is told apart here, quietly; a wrong CUDA or cuDNN version only
# when a session is made.
_LIBRARIES = {
    TENSORRT: ("libcuda.so.1", "libnvinfer.so.10"),
    CUDA: ("libcuda.so.1",),
    CPU: (),
}
_NAMES = {ort_name: name for name, ort_name in ORT_NAMES.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Providers that can be tried, in order, and why the others cannot."""

    names: tuple[str, ...]
    left_out: tuple[str, ...]


def choose_providers(asked: Sequence[str]) -> Choice:
    """Return the asked providers that this machine has the libraries for; the CPU always is one.

    Args:
        asked: names out of `tensorrt`, `cuda`, `cpu`, most wanted first.
    """
    names, left_out = [], []
    for name in asked:
        reason = _why_not(name)
        if reason is None:
            names.append(name)
        else:
            left_out.append(f"{name}: {reason}")
    return Choice((*(name for name in names if name != CPU), CPU), tuple(left_out))


def provider_name(ort_name: str) -> str:
    """Return our name of an ONNX Runtime provider."""
    return _NAMES.get(ort_name, ort_name)


def provider_options(name: str, captured: bool = False) -> dict[str, Any]:
    """Return what ONNX Runtime is told about a provider.

    Args:
        name: `tensorrt`, `cuda` or `cpu`.
        captured: whether the kernels of a run are captured as a CUDA graph and launched at once:
            the networks are many small ones. Arrays must lie on the card then and never move.
    """
    if name == TENSORRT:
        # Building an engine takes minutes; it is kept for the next start. Two at once would measure
        # each other's kernels.
        return {
            "trt_engine_cache_enable": True,
            "trt_engine_cache_path": str(_cache_dir()),
            "trt_timing_cache_enable": True,
            "trt_force_sequential_engine_build": True,
            "trt_cuda_graph_enable": captured,
        }
    if name == CUDA:
        # Exhaustive search delays the first picture by seconds and gains little at these sizes.
        return {"cudnn_conv_algo_search": "HEURISTIC", "enable_cuda_graph": captured}
    return {}


def _why_not(name: str) -> str | None:
    if ORT_NAMES[name] not in ort.get_available_providers():
        return f"this ONNX Runtime {ort.__version__} was built without it"
    for library in _LIBRARIES[name]:
        try:
            ctypes.CDLL(library)
        except OSError:
            return f"{library} is not installed"
    return None


def _cache_dir() -> Path:
    # systemd sets CACHE_DIRECTORY for units with CacheDirectory=.
    root = os.environ.get("CACHE_DIRECTORY") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(root).expanduser() / "tracing-table" / "tensorrt"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
