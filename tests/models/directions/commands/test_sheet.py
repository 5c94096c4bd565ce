"""The sheet by command."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from click.testing import CliRunner  # noqa: E402

from models.cli import main  # noqa: E402
from models.directions.page.contact import PAGE  # noqa: E402
from models.directions.result import DirectionSet, write_directions  # noqa: E402
from tests.models.directions.subjects import axis, direction  # noqa: E402
from tests.models.hands import write_gan  # noqa: E402


def test_sheet_command_writes_the_page_and_refuses_to_serve_a_name_twice(tmp_path: Path):
    checkpoint = write_gan(tmp_path / "gan.pt")
    for folder in ("a", "b"):
        write_directions(DirectionSet((direction("hat", axis(0)),)), tmp_path / folder)
    command = ["directions", "sheet", str(tmp_path / "a"), str(tmp_path / "b"), "--codes", "1"]
    command += ["--checkpoint", str(checkpoint), "-o", str(tmp_path / "pages")]
    ran = CliRunner().invoke(main, [*command, "--serve"])
    assert ran.exit_code == 2 and "two folders have a direction 'hat'" in ran.output
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0, ran.output
    assert "2 directions" in ran.output and (tmp_path / "pages" / PAGE).is_file()
