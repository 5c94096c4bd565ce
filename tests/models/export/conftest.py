"""A bundle of untrained networks, made once: tests that change it take a copy."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that nobody writes to."""
    from tests.models.export.bundles import write_small_bundle

    return write_small_bundle(tmp_path_factory.mktemp("bundles") / "test")
