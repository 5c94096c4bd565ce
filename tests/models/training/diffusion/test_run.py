"""A denoiser's run: resume must be complete, it must learn, and say what it was trained on."""

import json
import signal
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from click.testing import CliRunner  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from exhibit.contract.yaml_text import read_yaml  # noqa: E402
from models.cli import main  # noqa: E402
from models.collection.dataset import data_sha256  # noqa: E402
from models.saved.checkpoint import (  # noqa: E402
    DENOISER,
    CheckpointError,
    read_checkpoint,
    write_checkpoint,
)
from models.saved.compacting import compact  # noqa: E402
from models.saved.denoiser import load_denoiser  # noqa: E402
from models.training.diffusion.run import describe, run  # noqa: E402
from models.training.diffusion.trainee import DiffusionTrainee  # noqa: E402
from tests.models.training.diffusion.diffusion_fixtures import tiny_diffusion  # noqa: E402
from tests.models.training.gan.gan_fixtures import assert_same, write_dataset  # noqa: E402


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "dataset")


def saved(folder: Path) -> dict:
    return read_checkpoint(folder / "latest.pt", DENOISER)


def test_run_stopped_and_resumed_equals_run_without_stop(dataset, tmp_path) -> None:
    run(tiny_diffusion(dataset, tmp_path / "straight", 16))
    run(tiny_diffusion(dataset, tmp_path / "parts", 8))
    run(tiny_diffusion(dataset, tmp_path / "parts", 16, resume=True))
    straight = saved(tmp_path / "straight")
    assert (straight["step"], straight["pictures_seen"]) == (4, 16)
    assert_same(straight, saved(tmp_path / "parts"))


def test_run_learns(dataset, tmp_path) -> None:
    """The loss of a network that says nothing is the mean of v²: about 1."""
    run(tiny_diffusion(dataset, tmp_path / "run", 1200, training={"batch": 12, "seed": 3}))
    record = json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])
    assert record["loss/v"] < 0.75
    assert {"loss/near picture", "loss/middle", "loss/near noise"} <= record.keys()


def test_run_writes_a_card_a_sheet_and_a_denoiser(dataset, tmp_path) -> None:
    folder = tmp_path / "run"
    run(tiny_diffusion(dataset, folder, 8, training={"seed": 5}))
    _, card = read_yaml((folder / "card.yaml").read_text())
    assert card["training"]["seed"] == 5
    assert card["data"] == {"name": "dataset", "pictures": 12, "sha256": data_sha256(dataset)}
    assert card["pictures_seen"] == 8
    assert card["hardware"]["precision"] == "32-true"
    assert card["hardware"]["processor"]
    assert (folder / "latest.png").stat().st_size > 0
    network = load_denoiser(folder / "latest.pt")
    assert not network.training
    assert card["weights"] == sum(weight.numel() for weight in network.parameters())


def test_run_asked_to_stop_ends_with_a_checkpoint_and_goes_on(
    dataset, tmp_path, monkeypatch
) -> None:
    step = DiffusionTrainee.step

    def stopping(self):
        signal.raise_signal(signal.SIGTERM)
        return step(self)

    with monkeypatch.context() as patched:
        patched.setattr(DiffusionTrainee, "step", stopping)
        run(tiny_diffusion(dataset, tmp_path / "run", 16))
    assert saved(tmp_path / "run")["pictures_seen"] == 4
    run(tiny_diffusion(dataset, tmp_path / "run", 16, resume=True))
    assert saved(tmp_path / "run")["pictures_seen"] == 16


def test_compact_checkpoint_draws_and_starts_a_run_but_does_not_resume_one(
    dataset, tmp_path
) -> None:
    run(tiny_diffusion(dataset, tmp_path / "run", 8))
    whole, small = saved(tmp_path / "run"), tmp_path / "small" / "latest.pt"
    write_checkpoint(small, DENOISER, compact(whole))
    assert small.stat().st_size < (tmp_path / "run" / "latest.pt").stat().st_size / 3
    assert read_checkpoint(small, DENOISER)["card"] == whole["card"]
    load_denoiser(small)
    run(tiny_diffusion(dataset, tmp_path / "next", 4, start=small))
    assert saved(tmp_path / "next")["pictures_before"] == 8
    with pytest.raises(InputError, match="compact"):
        run(tiny_diffusion(dataset, small.parent, 16, resume=True))


def test_plan_that_does_not_fit_is_refused_before_anything_is_computed(dataset, tmp_path) -> None:
    run(tiny_diffusion(dataset, tmp_path / "run", 4))
    with pytest.raises(InputError, match="holds a run already"):
        describe(tiny_diffusion(dataset, tmp_path / "run", 8))
    other = tiny_diffusion(dataset, tmp_path, 8).denoiser.to_dict() | {"embedding": 32}
    wider = type(tiny_diffusion(dataset, tmp_path, 8).denoiser).from_dict(other)
    with pytest.raises(InputError, match="embedding is 16, asked for 32"):
        describe(tiny_diffusion(dataset, tmp_path / "run", 8, resume=True, denoiser=wider))
    with pytest.raises(InputError, match="at least one batch of 64"):
        describe(tiny_diffusion(dataset, tmp_path / "new", 8, training={"batch": 64}))
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        describe(tiny_diffusion(dataset, tmp_path / "new", 8, start=tmp_path / "x.pt"))


def test_checkpoint_of_another_kind_is_refused(dataset, tmp_path) -> None:
    run(tiny_diffusion(dataset, tmp_path / "run", 4))
    arguments = ["sample", str(tmp_path / "run" / "latest.pt"), "-o", str(tmp_path / "x.png")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "models train-gan" in result.output
