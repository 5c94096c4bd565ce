"""A seed gives its picture, and seeds that cannot be meant are refused."""

from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from models.cli import main
from models.training.gan.run import run
from tests.models.training.gan.gan_fixtures import tiny_plan, write_dataset


def test_sample_writes_a_sheet_or_single_pictures(tmp_path: Path) -> None:
    run(tiny_plan(write_dataset(tmp_path / "data"), tmp_path / "run", 4))
    checkpoint = str(tmp_path / "run" / "latest.pt")
    runner = CliRunner()
    sheet, folder = tmp_path / "sheet.png", tmp_path / "pictures"
    options = ["--seeds", "0-4", "--psi", "0.7"]
    assert runner.invoke(main, ["sample", checkpoint, "-o", str(sheet), *options]).exit_code == 0
    assert cv2.imread(str(sheet)).shape == (36, 172, 3)
    assert runner.invoke(main, ["sample", checkpoint, "-o", str(folder), *options]).exit_code == 0
    assert sorted(p.name for p in folder.iterdir())[0] == "seed00000.png"
    assert len(list(folder.iterdir())) == 5
