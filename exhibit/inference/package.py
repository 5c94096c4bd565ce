"""Which of the packages of ONNX Runtime is installed, and what of it this machine cannot use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata

PACKAGES = ("onnxruntime-gpu", "onnxruntime")
"""The same library, with CUDA and without; one overwrites the other's files."""
# CUDA and TensorRT are libraries of their own, which are opened only when they are asked for.
_FOR_CUDA = ("providers_cuda", "providers_tensorrt")


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package of ONNX Runtime.

    Args:
        name: as pip knows it.
        version: of the package.
        size: of all its files, in bytes.
        cuda_size: of those that serve CUDA and TensorRT alone.
    """

    name: str
    version: str
    size: int
    cuda_size: int


def installed_packages(names: Iterable[str] = PACKAGES) -> tuple[Package, ...]:
    """Return those that are installed: one, unless somebody installed another over it."""
    found = []
    for name in names:
        try:
            found.append(_package(metadata.distribution(name)))
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)


def _package(distribution: metadata.Distribution) -> Package:
    sizes = [(file.name, file.size or 0) for file in distribution.files or ()]
    cuda = sum(size for name, size in sizes if any(part in name for part in _FOR_CUDA))
    whole = sum(size for _, size in sizes)
    return Package(distribution.name, distribution.version, whole, cuda)
