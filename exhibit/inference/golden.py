"""Golden pairs: the bundle's own proof that it draws here what it drew where it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.arrays import DAMAGES, open_arrays
from exhibit.contract.bundle import GOLDEN, Bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.values import Floats
from exhibit.inference.binding import Shapes
from exhibit.inference.providers import CPU
from exhibit.inference.session import Graph

# Largest difference allowed, of the picture's range or of the largest number of a code. CPUs
# differ by the order of their sums; GPUs also round to TF32 (10 bits) in every layer.
_TOLERANCE = {CPU: 5e-3}
_TOLERANCE_ELSEWHERE = 5e-2


def check_golden(bundle: Bundle, graph: Graph) -> None:
    """Run the bundle's golden pairs through a graph.

    Raises:
        BundleError: `golden.npz` is malformed, or the graph's answer differs; names the file.
    """
    golden = _read(bundle, {**graph.inputs, **graph.outputs})
    count = len(next(iter(golden.values())))
    for index in range(count):
        _compare(graph, {name: array[index : index + 1] for name, array in golden.items()}, index)


def _read(bundle: Bundle, shapes: Shapes) -> dict[str, Floats]:
    """Return these golden arrays as float32, of these shapes behind axis 0."""
    file = bundle.file(GOLDEN)
    try:
        with open_arrays(file) as stored:
            arrays = {name: stored[name] for name in shapes if name in stored}
    except DAMAGES as error:
        raise BundleError(f"{file}: not readable: {error}") from None
    # Both graphs have codes, so that all arrays are of as many pairs.
    count = next((array.shape[0] for array in arrays.values() if array.ndim), 0)
    golden = {}
    for name, shape in shapes.items():
        found = arrays[name].shape if name in arrays else "none"
        if count == 0 or found != (count, *shape[1:]):
            raise BundleError(
                f"{file}: {name} has shape {found}, expected (n, *{shape[1:]}), n > 0"
            )
        if arrays[name].dtype.kind not in "fiu":
            raise BundleError(f"{file}: {name} is {arrays[name].dtype}, expected numbers")
        golden[name] = _to_network_range(arrays[name])
    return golden


def _to_network_range(array: NDArray[Any]) -> Floats:
    floats = array.astype(np.float32)
    return floats / np.float32(127.5) - 1 if array.dtype == np.uint8 else floats


def _compare(session: Graph, row: Mapping[str, Floats], index: int) -> None:
    outputs = session.new_outputs()
    session.run({name: np.ascontiguousarray(row[name]) for name in session.inputs}, outputs)
    tolerance = _TOLERANCE.get(session.provider, _TOLERANCE_ELSEWHERE)
    for name, found in outputs.items():
        scale = max(1.0, float(np.abs(row[name]).max()))
        difference = float(np.abs(found - row[name]).max()) / scale
        if not difference <= tolerance:
            raise BundleError(
                f"{session.path}: {name} of golden pair {index} ({GOLDEN}) differs by "
                f"{difference:.3g} on {session.provider}, at most {tolerance:g} is allowed"
            )
