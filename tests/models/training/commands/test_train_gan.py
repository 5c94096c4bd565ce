"""The commands refuse bad input in one line, before any computation."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from models.cli import main
from models.training.commands.train_gan import plan_from_options, train_gan
from models.training.gan.run import Plan, run
from tests.models.training.gan.gan_fixtures import tiny_plan, write_dataset


def plan_of(dataset: Path, *arguments: str) -> Plan:
    """What a command line of `models train-gan` plans."""
    options = train_gan.make_context("train-gan", [str(dataset), *arguments]).params
    return plan_from_options(options.pop("dataset"), options.pop("folder"), options)


def test_train_gan_dry_run_describes_the_run_and_writes_nothing(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "data", 20)
    arguments = ["train-gan", str(dataset), "-o", str(tmp_path / "run"), "--dry-run"]
    result = CliRunner().invoke(main, [*arguments, "--resolution", "64"])
    assert result.exit_code == 0, result.output
    assert "20 pictures" in result.output
    assert "64 px" in result.output
    assert not (tmp_path / "run").exists()


def test_train_gan_with_resume_and_from_is_refused(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "data", 20)
    arguments = ["train-gan", str(dataset), "-o", str(tmp_path / "run"), "--resume"]
    result = CliRunner().invoke(main, [*arguments, "--from", "x.pt"])
    assert result.exit_code != 0


def test_train_gan_that_goes_on_has_the_shape_from_its_checkpoint(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "data", 20)
    run(tiny_plan(dataset, tmp_path / "run", 4))
    latest = str(tmp_path / "run" / "latest.pt")
    folder = ("-o", str(tmp_path / "next"))
    shape = tiny_plan(dataset, tmp_path, 4).generator
    grown = plan_of(dataset, *folder, "--from", latest, "--resolution", "64")
    assert grown.generator == replace(shape, resolution=64)
    assert grown.discriminator.channel_max == shape.channel_max
    resumed = plan_of(dataset, "-o", str(tmp_path / "run"), "--resume", "--redraw", "2")
    assert resumed.generator == shape
    again = CliRunner().invoke(
        main, ["train-gan", str(dataset), *folder, "--from", latest, "--w-dim", "9"]
    )
    assert "w_dim is" in again.output
    assert "asked for 9" in again.output


def test_train_gan_of_a_new_run_has_z_as_long_as_w(tmp_path: Path) -> None:
    new = plan_of(tmp_path, "-o", str(tmp_path / "run"), "--w-dim", "32", "--rgb").generator
    assert (new.z_dim, new.w_dim, new.img_channels, new.resolution) == (32, 32, 3, 128)
