"""Read NVIDIA's network pickles without executing anything from them.

Such a file names functions to call and carries the Python source of its classes. Here every name
is looked up in one small table of inert stand-ins; the source is never compiled, and a name that
is not in the table ends the import.
"""

import io
import pickle
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.networks.stylegan2.config import ModelError

NUMBER = re.compile(r"[<>|=]?[fiub][1248]")


@dataclass(frozen=True, slots=True, eq=False)
class PickledObject:
    """What a class with stored source was: its name and its attributes."""

    class_name: str
    state: dict[str, Any]


class _PlainDict(dict[Any, Any]):
    """Stand-in for dictionaries with attribute access."""


class _Dtype:
    """Stand-in for a NumPy dtype: only its code."""

    def __init__(self, code: str = "", *_rest: object) -> None:
        self.code = code

    def __setstate__(self, _state: object) -> None:
        """The state repeats the byte order; numbers are read in this machine's order."""


def _persistent_object(meta: dict[str, Any]) -> PickledObject:
    return PickledObject(str(meta.get("class_name")), dict(meta.get("state") or {}))


def _parameter(data: torch.Tensor, *_rest: object) -> torch.Tensor:
    return data


def _storage(data: bytes) -> Any:
    return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)


class _Array:
    """Stand-in for a NumPy array: StyleGAN3's settings are some, and its weights are none."""

    def __init__(self, *_shape: object) -> None:
        """Its shape and type are not needed."""

    def __setstate__(self, _state: object) -> None:
        """Nor are its numbers."""


def _encoded(text: str, encoding: str = "latin1") -> bytes:
    """How pickles of protocol 2 and below hold bytes."""
    if not isinstance(text, str) or encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes encoded as {encoding!r}")
    return text.encode("latin1")


def _number(dtype: _Dtype, data: bytes) -> float | int | bool:
    if not isinstance(dtype, _Dtype) or not NUMBER.fullmatch(str(dtype.code)):
        raise pickle.UnpicklingError("a NumPy value that is not a number")
    return np.frombuffer(data, dtype=dtype.code, count=1)[0].item()


STAND_INS: dict[tuple[str, str], Any] = {
    ("torch_utils.persistence", "_reconstruct_persistent_obj"): _persistent_object,
    ("dnnlib.util", "EasyDict"): _PlainDict,
    ("dnnlib", "EasyDict"): _PlainDict,
    ("collections", "OrderedDict"): OrderedDict,
    ("builtins", "set"): set,
    ("__builtin__", "set"): set,
    ("builtins", "bytes"): bytes,
    ("__builtin__", "bytes"): bytes,
    ("_codecs", "encode"): _encoded,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch.storage", "_load_from_bytes"): _storage,
    ("torch", "device"): str,
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "scalar"): _number,
    ("numpy._core.multiarray", "scalar"): _number,
    ("numpy", "ndarray"): _Array,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy.core.numeric", "_frombuffer"): _Array,
    ("numpy._core.numeric", "_frombuffer"): _Array,
}


class RestrictedUnpickler(pickle.Unpickler):
    """An unpickler that knows the table above and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of a name, or a refusal."""
        try:
            return STAND_INS[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}, which is not part of a network's weights"
            ) from None

    def persistent_load(self, identifier: object) -> Any:
        """References to things outside the file are refused."""
        raise pickle.UnpicklingError(f"it refers to {identifier!r} outside the file")


def read_pickle(path: Path) -> Any:
    """Read a pickle of tensors, numbers, strings and containers.

    Args:
        path: a `.pkl` of stylegan2-ada-pytorch or stylegan3.

    Returns:
        Its content; objects as `PickledObject`.

    Raises:
        ModelError: not a pickle, or it asks for anything that is not weights.
    """
    try:
        with path.open("rb") as file:
            return RestrictedUnpickler(file).load()
    except pickle.UnpicklingError as error:
        hint = ""
        if "dnnlib.tflib" in str(error):
            hint = "; this is a TensorFlow file: convert it with NVIDIA's legacy.py first"
        raise ModelError(f"{path}: refused, nothing was executed: {error}{hint}") from error
    except (
        EOFError,
        AttributeError,
        TypeError,
        ValueError,
        KeyError,
        IndexError,
        RuntimeError,
    ) as error:
        raise ModelError(f"{path}: not a network pickle ({error})") from error


def objects_of(pickled: PickledObject, prefix: str = "") -> Iterator[tuple[str, PickledObject]]:
    """A pickled module, and all in it by their names with a dot at the end."""
    yield prefix, pickled
    for name, child in (pickled.state.get("_modules") or {}).items():
        if isinstance(child, PickledObject):
            yield from objects_of(child, f"{prefix}{name}.")


def tensors_of(pickled: PickledObject, prefix: str = "") -> dict[str, torch.Tensor]:
    """Parameters and buffers of a pickled module under their state-dict names."""
    found = {}
    for name, module in objects_of(pickled, prefix):
        for kind in ("_parameters", "_buffers"):
            for own, value in (module.state.get(kind) or {}).items():
                if isinstance(value, torch.Tensor):
                    found[name + own] = value.detach().float()
    return found
