"""Tiny bundles, written once."""

from pathlib import Path

import pytest

from tests.fakes.bundle import write_bundle


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A bundle with a feature map that a test may damage."""
    return write_bundle(tmp_path / "tiny", "feature")
