"""One ONNX graph on one provider, its shapes checked, its arrays bound."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort

from exhibit.contract.errors import BundleError
from exhibit.contract.values import Floats
from exhibit.inference.binding import Binding, CardBinding, HostBinding, Shapes
from exhibit.inference.providers import CPU, ORT_NAMES, provider_name, provider_options

log = logging.getLogger(__name__)

_FATAL, _ERROR, _WARNING = 4, 3, 2
_AS_ASKED = 1  # ArenaExtendStrategy::kSameAsRequested
_RUNS_TO_CAPTURE = 4
"""After so many runs a CUDA graph is captured and has been played once."""


class Graph(Protocol):
    """What answers with a graph needs of it, whatever runs it."""

    @property
    def path(self) -> Path:
        """The .onnx file."""
        ...

    @property
    def inputs(self) -> Shapes:
        """Shape of every input by name."""
        ...

    @property
    def outputs(self) -> Shapes:
        """Shape of every output by name."""
        ...

    @property
    def provider(self) -> str:
        """Where it runs."""
        ...

    def new_outputs(self) -> dict[str, Floats]:
        """Return one array for every output, for `run` to write into."""
        ...

    def run(self, inputs: Mapping[str, Floats], outputs: Mapping[str, Floats]) -> None:
        """Run the graph once."""
        ...


class Session:
    """A graph with fixed shapes, run at batch 1.

    Args:
        path: the .onnx file.
        inputs: shape of every input by name.
        outputs: shape of every output by name.
        providers: names to try in order; the last, `cpu`, always works.
        threads: CPU threads of one run.
    """

    def __init__(
        self,
        path: Path,
        inputs: Shapes,
        outputs: Shapes,
        providers: Sequence[str],
        threads: int,
    ) -> None:
        self.path = path
        self.inputs, self.outputs = dict(inputs), dict(outputs)
        for position, name in enumerate(providers):
            if self._try(name, providers[position:], threads):
                self.provider = name
                break

    def new_outputs(self) -> dict[str, Floats]:
        """Return one array for every output, for `run` to write into."""
        return {name: np.empty(shape, np.float32) for name, shape in self.outputs.items()}

    def run(self, inputs: Mapping[str, Floats], outputs: Mapping[str, Floats]) -> None:
        """Run the graph once.

        Args:
            inputs: C-contiguous float32 arrays of the declared shapes.
            outputs: the same; overwritten.
        """
        self._binding.run(inputs, outputs)

    def _try(self, name: str, providers: Sequence[str], threads: int) -> bool:
        """Open the graph on a provider and run it; returns whether that provider runs it."""
        failed = ""
        for captured in (False,) if name == CPU else (True, False):
            try:
                return self._open(providers, threads, captured)
            except BundleError:
                raise
            except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors share no other base
                failed = first_line(error)
                if captured:
                    log.info("%s: %s without a CUDA graph: %s", self.path.name, name, failed)
        if name == CPU:
            raise BundleError(f"{self.path}: not a usable ONNX graph: {failed}")
        log.warning("%s: %s could not be used: %s", self.path.name, name, failed)
        return False

    def _open(self, providers: Sequence[str], threads: int, captured: bool) -> bool:
        """Open the graph on the first of the providers; returns whether that one runs it.

        Args:
            providers: it, and those that take what it does not know.
            threads: CPU threads of one run.
            captured: whether its kernels are captured as a CUDA graph and launched at once.
        """
        name = providers[0]
        chain = [(ORT_NAMES[n], provider_options(n, captured and n == name)) for n in providers]
        with _quiet():
            self._session = ort.InferenceSession(
                self.path, session_options(threads), providers=chain, enable_fallback=0
            )
            self._check()
            got = provider_name(self._session.get_providers()[0])
            if got != name:
                log.warning("%s: asked for %s, got %s", self.path.name, name, got)
                return False
            self._binding = self._bind(name)
            blank, outputs = self._blank(), self.new_outputs()
            for _ in range(_RUNS_TO_CAPTURE if captured else 1):
                self.run(blank, outputs)
        return True

    def _bind(self, name: str) -> Binding:
        if name == CPU:
            return HostBinding(self._session)
        return CardBinding(self._session, self.inputs, self.outputs)

    def _check(self) -> None:
        _check_shapes(self.path, "input", self._session.get_inputs(), self.inputs)
        _check_shapes(self.path, "output", self._session.get_outputs(), self.outputs)

    def _blank(self) -> dict[str, Floats]:
        return {name: np.zeros(shape, np.float32) for name, shape in self.inputs.items()}


def session_options(threads: int) -> ort.SessionOptions:
    """Return how a bundle's graphs are run, wherever they are: on the table, checked, measured."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = min(threads, cores())
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERROR
    # Planned in advance, the arrays of a run take 20 MB more, and no less time.
    options.enable_mem_pattern = False
    _share_arena()
    options.add_session_config_entry("session.use_env_allocators", "1")
    # Waiting threads must sleep: the stage needs its share of the cores at every refresh.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return options


def cores() -> int:
    """Return how many processor cores this process may use.

    More threads than that wait for each other: a core that must do the work of two is switched
    between them at every node of a graph.
    """
    allowed = getattr(os, "sched_getaffinity", None)
    return (os.cpu_count() or 1) if allowed is None else len(allowed(0))


@cache
def _share_arena() -> None:
    """Have all sessions of this process use one arena: they run one after the other."""
    memory = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    # Grown by what is asked for, and not by doubling: what is asked for never changes.
    ort.create_and_register_allocator(memory, ort.OrtArenaCfg(0, _AS_ASKED, -1, -1))


def first_line(error: Exception) -> str:
    """Return what an error says, or what it is where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep ONNX Runtime from printing what `_open` reports in one line itself."""
    ort.set_default_logger_severity(_FATAL)
    try:
        yield
    finally:
        ort.set_default_logger_severity(_WARNING)


def _check_shapes(path: Path, kind: str, found: Sequence[ort.NodeArg], expected: Shapes) -> None:
    shapes = {node.name: node.shape for node in found}
    if set(shapes) != set(expected):
        raise BundleError(
            f"{path}: {kind}s are {_listed(shapes)}, card.yaml makes them {_listed(expected)}"
        )
    for name, shape in expected.items():
        sizes = shapes[name]
        # A free batch axis is a name instead of a number.
        fits = len(sizes) == len(shape) and all(
            size == wanted or (axis == 0 and not isinstance(size, int))
            for axis, (size, wanted) in enumerate(zip(sizes, shape, strict=True))
        )
        if not fits:
            raise BundleError(
                f"{path}: {kind} '{name}' has shape {tuple(sizes)}, card.yaml makes it {shape}"
            )
    for node in found:
        if node.type != "tensor(float)":
            raise BundleError(f"{path}: {kind} '{node.name}' is {node.type}, expected float32")


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "none"
