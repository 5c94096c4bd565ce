"""One command makes bundles and changes them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from models.cli import main


def test_bundle_command_without_a_name_makes_one(tmp_path: Path):
    about = ["--name", "a", "--artist", "b", "--collection", "c", "--licence", "d"]
    given = ["bundle", str(tmp_path / "none.pt"), "-o", str(tmp_path / "b"), *about]
    ran = CliRunner().invoke(main, given)
    assert ran.exit_code == 2 and "no such checkpoint" in ran.output
