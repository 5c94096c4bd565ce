"""The command refuses bad input in one line, and a dry run writes nothing."""

from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from models.cli import main
from models.training.commands.train_diffusion import plan_from_options, train_diffusion
from models.training.diffusion.run import DiffusionPlan, run
from tests.models.training.diffusion.diffusion_fixtures import tiny_diffusion
from tests.models.training.gan.gan_fixtures import write_dataset


def plan_of(dataset: Path, *arguments: str) -> DiffusionPlan:
    """What a command line plans."""
    options = train_diffusion.make_context("train-diffusion", [str(dataset), *arguments]).params
    return plan_from_options(options.pop("dataset"), options.pop("folder"), options)


def test_train_diffusion_dry_run_says_the_cost_and_writes_nothing(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "data", 20)
    arguments = ["train-diffusion", str(dataset), "-o", str(tmp_path / "run"), "--dry-run"]
    small = ["--resolution", "16", "--channels", "16,16", "--blocks", "1,1"]
    result = CliRunner().invoke(main, [*arguments, *small])
    assert result.exit_code == 0, result.output
    assert "20 pictures" in result.output
    assert "bottleneck 16×4×4" in result.output
    assert "pictures/s" in result.output
    assert not (tmp_path / "run").exists()


def test_train_diffusion_that_goes_on_has_the_shape_from_its_checkpoint(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "data", 20)
    run(tiny_diffusion(dataset, tmp_path / "run", 4))
    shape = tiny_diffusion(dataset, tmp_path, 4).denoiser
    resumed = plan_of(dataset, "-o", str(tmp_path / "run"), "--resume", "--learning-rate", "0.1")
    assert resumed.denoiser == shape
    assert resumed.training.learning_rate == 0.1
    latest = str(tmp_path / "run" / "latest.pt")
    assert plan_of(dataset, "-o", str(tmp_path / "next"), "--from", latest).denoiser == shape


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--resume", "--from", "x.pt"], "--resume and --from"),
        (["--channels", "16,many"], "--channels '16,many'"),
        (["--channels", "20"], "channels [20]"),
    ],
)
def test_train_diffusion_with_options_that_cannot_be_is_refused(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    command = ["train-diffusion", str(tmp_path), "-o", str(tmp_path / "run"), *arguments]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert said in result.output
