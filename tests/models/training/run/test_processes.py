"""Two processes train one model, and resume it."""

import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from models.saved.gan import load_gan  # noqa: E402
from tests.models.training.gan.gan_fixtures import assert_same, write_dataset  # noqa: E402
from tests.patience import PATIENCE_S  # noqa: E402


def run_on_two_processes(
    dataset: Path, folder: Path, pictures: int, *extra: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command += ["--no-python", str(Path(sys.executable).with_name("models")), "train-gan"]
    command += [str(dataset), "-o", str(folder), "--pictures", str(pictures), "--batch", "4"]
    command += ["--resolution", "32", "--channel-base", "256", "--channel-max", "8"]
    command += [
        "--w-dim",
        "8",
        "--path-weight",
        "1",
        "--ada-target",
        "-1",
        "--ada-kimg",
        "0.1",
        "--kid-pictures",
        "0",
    ]
    command += ["--accelerator", "cpu", "--devices", "2", "--precision", "32-true", *extra]
    return subprocess.run(command, timeout=PATIENCE_S, capture_output=True, text=True)


def train_on_two_processes(dataset: Path, folder: Path, pictures: int, *extra: str) -> dict:
    result = run_on_two_processes(dataset, folder, pictures, *extra)
    assert result.returncode == 0, result.stderr[-3000:]
    return load_gan(folder / "latest.pt")


@pytest.mark.slow
@pytest.mark.timeout(4 * PATIENCE_S)
def test_two_processes_stopped_and_resumed_equal_two_processes_without_stop(tmp_path) -> None:
    """Gradients, running means and random states must be those of all processes, not of one."""
    dataset = write_dataset(tmp_path / "data")
    straight = train_on_two_processes(dataset, tmp_path / "straight", 48)
    train_on_two_processes(dataset, tmp_path / "parts", 24)
    parts = train_on_two_processes(dataset, tmp_path / "parts", 48, "--resume")
    assert len(straight["random_states"]) == 2
    assert not torch.equal(*straight["random_states"])
    assert straight["step"] == 6
    assert_same(straight, parts)


@pytest.mark.slow
@pytest.mark.timeout(4 * PATIENCE_S)
def test_two_processes_that_diverge_end_together_with_their_checkpoint_as_it_was(tmp_path) -> None:
    """One that ended alone would leave the other one waiting for its gradients for ever."""
    dataset = write_dataset(tmp_path / "data")
    train_on_two_processes(dataset, tmp_path / "run", 16)
    before = (tmp_path / "run" / "latest.pt").read_bytes()
    wild = ("--resume", "--learning-rate", "1e30")
    result = run_on_two_processes(dataset, tmp_path / "run", 400, *wild)
    assert result.returncode != 0
    assert "is nan, expected finite numbers" in result.stderr
    assert (tmp_path / "run" / "latest.pt").read_bytes() == before
