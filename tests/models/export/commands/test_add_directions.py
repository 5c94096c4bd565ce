"""Directions reach a bundle by command."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from models.cli import main
from models.directions.result import DirectionSet, write_directions
from tests.models.export.bundles import measured_direction


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "test"))


def test_add_directions_command_adds_only_what_is_named(folder: Path, tmp_path: Path):
    write_directions(
        DirectionSet((measured_direction(), measured_direction("slant"))), tmp_path / "found"
    )
    command = ["bundle", "add-directions", str(folder), str(tmp_path / "found")]
    ran = CliRunner().invoke(main, [*command, "--only", "slant"])
    assert ran.exit_code == 0, ran.output
    meta = json.loads((folder / "directions.json").read_text())
    assert set(meta) == {"sefa-1", "slant"}
