"""Checkpoints: one file of tensors and plain values each, written whole and read as data.

A file is read with `weights_only`, so nothing in it can run.
"""

from __future__ import annotations

import pickle
import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from exhibit.contract.errors import ExhibitError
from exhibit.contract.files import replacing

State = dict[str, Any]
GAN, ENCODER = "tracing-table-gan-1", "tracing-table-encoder-1"
DENOISER = "tracing-table-denoiser-1"
LANDMARKS, CONTROL = "tracing-table-landmarks-1", "tracing-table-control-1"
CANONICAL = "tracing-table-canonical-1"
"""Formats: a generator with its discriminator; an encoder with both of these; a denoiser; and what
`models.structure` learns: where landmarks are, what they say of a code, how a drawing stands."""
_WRITERS = {
    GAN: "models train-gan",
    ENCODER: "models train-encoder",
    DENOISER: "models train-diffusion",
    LANDMARKS: "models structure landmarks",
    CONTROL: "models structure control",
    CANONICAL: "models structure canonical",
}


# What torch raises on files that are none of its own, damaged or cut short.
_NO_CHECKPOINT = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    OSError,
    AttributeError,
    TypeError,
    AssertionError,
    struct.error,
)


class CheckpointError(ExhibitError):
    """A checkpoint is missing, is another one than expected, or must not be written."""


def write_checkpoint(path: Path, form: str, state: Mapping[str, Any]) -> None:
    """Write a checkpoint so that a crash leaves either the old file or the new one.

    Args:
        path: where; the folder is made.
        form: one of the formats above.
        state: tensors and plain values.

    Raises:
        CheckpointError: a tensor holds numbers that are not finite.
        OSError: the disk is full or the folder read-only; the old file still holds.
    """
    wrong = not_finite(state)
    if wrong is not None:
        raise CheckpointError(f"{path}: not written, {wrong} is not finite")
    try:
        with replacing(path) as draft:
            torch.save({**state, "format": form}, draft)
    except RuntimeError as error:
        raise _of_the_disk(error, path) from error


def read_checkpoint(path: Path, *forms: str) -> State:
    """Read a checkpoint without running anything from it.

    Args:
        path: the file.
        forms: which of the formats are expected; its own is the state's `format`.

    Raises:
        CheckpointError: missing, not a checkpoint of these formats, or holding more than tensors.
    """
    writers = " or ".join(_WRITERS[form] for form in forms)
    if not path.is_file():
        raise CheckpointError(f"{path}: no such checkpoint; expected a file written by {writers}")
    state = read_tensors(path)
    if state.get("format") not in forms:
        names = " or ".join(repr(form) for form in forms)
        raise CheckpointError(f"{path}: expected the format {names} written by {writers}")
    return state


def read_tensors(path: Path, *plain: type) -> State:
    """Read a dictionary of tensors and plain values from a file of `torch.save`.

    Args:
        path: the file.
        plain: classes without code of their own that it may hold too, as `argparse.Namespace`.

    Raises:
        CheckpointError: the file is missing or holds anything else; nothing in it was run.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: no such checkpoint")
    try:
        with torch.serialization.safe_globals(list(plain)), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is refused, or of its own future
            state = torch.load(path, map_location="cpu", weights_only=True)
    except _NO_CHECKPOINT as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        raise CheckpointError(
            f"{path}: not a checkpoint of tensors, nothing was executed ({_refusal(error)})"
        ) from error
    if not isinstance(state, dict):
        raise CheckpointError(f"{path}: not a checkpoint but a {type(state).__name__}")
    return state


def required(state: State, key: str, path: Path) -> Any:
    """Return one entry of a state; `path` is where it comes from.

    Raises:
        CheckpointError: it has none; names it, and those that there are.
    """
    if key not in state:
        raise CheckpointError(f"{path}: holds no {key!r}; it holds {', '.join(sorted(state))}")
    return state[key]


def _of_the_disk(error: BaseException, path: Path) -> BaseException:
    """The disk's own error, which torch hides behind one of its archive; else the error itself."""
    inner = error.__context__
    while inner is not None and not isinstance(inner, OSError):
        inner = inner.__context__
    return error if inner is None else OSError(inner.errno, inner.strerror, str(path))


def _refusal(error: Exception) -> str:
    """Why torch did not read a file, without its advice to read it unsafely."""
    asked = re.search(r"GLOBAL (\S+)", str(error))
    if asked:
        return f"it asks for {asked[1]}"
    if isinstance(error, RuntimeError):
        return (str(error).splitlines() or [""])[0]
    return "it is no file of torch.save, was cut short, or holds more than tensors"


def not_finite(state: Any) -> str | None:
    """Name the first tensor of nested containers that holds infinity or NaN; None for none."""
    for name, tensor in _tensors(state):
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            return name
    return None


def tensor_bytes(state: Any) -> int:
    """Bytes of all tensors of nested containers: about the size of their file."""
    return sum(tensor.numel() * tensor.element_size() for _, tensor in _tensors(state))


def _tensors(value: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _tensors(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _tensors(inner, f"{name}[{index}]")


def as_float32(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Floating tensors as float32 (compact checkpoints hold half precision)."""
    return {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}


def as_half(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Floating tensors as float16, for the compact checkpoint to go on from."""
    return {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
