"""Arrays on their way into a graph and out of it: where they lie, or through a graphics card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import onnxruntime as ort

from exhibit.contract.values import Floats

Shapes = Mapping[str, tuple[int, ...]]


class Binding(Protocol):
    """How a graph is given its arrays, and gives its own."""

    def run(self, inputs: Mapping[str, Floats], outputs: Mapping[str, Floats]) -> None:
        """Run the graph once; C-contiguous float32 arrays, of which `outputs` are overwritten."""
        ...


class HostBinding:
    """The processor reads and writes the caller's arrays where they lie.

    Args:
        session: of the graph.
    """

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session, self._binding = session, session.io_binding()

    def run(self, inputs: Mapping[str, Floats], outputs: Mapping[str, Floats]) -> None:
        """Run the graph once."""
        for name, array in inputs.items():
            self._binding.bind_input(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        for name, array in outputs.items():
            self._binding.bind_output(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        self._session.run_with_iobinding(self._binding)


class CardBinding:
    """Arrays of the card's own, made once: what a CUDA graph was captured with may never move.

    The caller's arrays are copied into them and out of them.

    Args:
        session: of the graph.
        inputs, outputs: shape of every input and output by name.
        device: where they lie; ONNX Runtime's name.
    """

    def __init__(
        self, session: ort.InferenceSession, inputs: Shapes, outputs: Shapes, device: str = "cuda"
    ) -> None:
        self._session, self._binding = session, session.io_binding()
        self._inputs = {name: _made(shape, device) for name, shape in inputs.items()}
        self._outputs = {name: _made(shape, device) for name, shape in outputs.items()}
        for name, value in self._inputs.items():
            self._binding.bind_ortvalue_input(name, value)
        for name, value in self._outputs.items():
            self._binding.bind_ortvalue_output(name, value)

    def run(self, inputs: Mapping[str, Floats], outputs: Mapping[str, Floats]) -> None:
        """Run the graph once."""
        for name, array in inputs.items():
            self._inputs[name].update_inplace(array)
        self._session.run_with_iobinding(self._binding)
        for name, array in outputs.items():
            np.copyto(array, self._outputs[name].numpy())


def _made(shape: tuple[int, ...], device: str) -> ort.OrtValue:
    return ort.OrtValue.ortvalue_from_shape_and_type(shape, np.float32, device, 0)
