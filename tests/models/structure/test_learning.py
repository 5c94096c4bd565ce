"""A stopped lesson goes on exactly, and never with other data."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from exhibit.contract.yaml_text import read_yaml  # noqa: E402
from models.saved.checkpoint import CONTROL, LANDMARKS, CheckpointError, read_checkpoint  # noqa: E402
from models.structure.learning import Course, Lesson, learn, read_learnt  # noqa: E402
from models.training.run.limits import RunLimits  # noqa: E402
from tests.models.training.gan.gan_fixtures import assert_same  # noqa: E402

X = torch.linspace(-1, 1, 32)[:, None]


def line_lesson(slope: float = 2.0) -> Lesson:
    """Points on a line, with noise."""

    def loss(network: nn.Module, chosen: torch.Tensor) -> dict[str, torch.Tensor]:
        seen = X[chosen] + 0.01 * torch.randn(len(chosen), 1)
        return {"loss": (network(seen) - slope * X[chosen]).square().mean()}

    return Lesson(
        form=LANDMARKS,
        about={"kind": "line", "slopes": torch.tensor([slope])},
        data={"name": "points", "pictures": 32},
        make=lambda: nn.Linear(1, 1),
        count=32,
        loss=loss,
    )


def course(folder, **changes) -> Course:
    values = {
        "folder": folder,
        "resume": False,
        "limits": RunLimits(pictures=2000),
        "batch": 20,
        "learning_rate": 0.1,
    }
    return Course(**(values | changes))


def test_learn_fits_and_writes_a_card_that_says_what_was_learnt(tmp_path) -> None:
    network = learn(line_lesson(), course(tmp_path / "run", seed=4))
    assert network.weight.item() == pytest.approx(2.0, abs=0.1)
    assert not network.weight.requires_grad
    _, card = read_yaml((tmp_path / "run" / "card.yaml").read_text())
    assert card["data"] == {"name": "points", "pictures": 32}
    assert (card["training"]["seed"], card["pictures_seen"], card["weights"]) == (4, 2000, 2)
    assert card["hardware"]["processor"]


def test_learn_stopped_and_resumed_equals_learn_without_stop(tmp_path, monkeypatch) -> None:
    learn(line_lesson(), course(tmp_path / "straight"))
    with monkeypatch.context() as patched:
        patched.setattr("models.training.run.loop.time.monotonic", _Clock(stop_at=40))
        limits = RunLimits(pictures=2000, minutes=1.0)
        learn(line_lesson(), course(tmp_path / "parts", limits=limits))
    stopped = read_checkpoint(tmp_path / "parts" / "latest.pt", LANDMARKS)
    assert 0 < stopped["pictures_seen"] < 2000
    learn(line_lesson(), course(tmp_path / "parts", resume=True))
    straight, parts = (
        read_checkpoint(tmp_path / name / "latest.pt", LANDMARKS) for name in ("straight", "parts")
    )
    assert_same(straight, parts)


class _Clock:
    """Stands still, and is an hour on after so many questions."""

    def __init__(self, stop_at: int) -> None:
        self.asked, self.stop_at = 0, stop_at

    def __call__(self) -> float:
        self.asked += 1
        return 3600.0 if self.asked > self.stop_at else 0.0


def test_learn_goes_on_with_nothing_else(tmp_path) -> None:
    learn(line_lesson(), course(tmp_path / "run"))
    with pytest.raises(InputError, match="holds a run already"):
        learn(line_lesson(), course(tmp_path / "run"))
    with pytest.raises(InputError, match="learnt from other data"):
        learn(line_lesson(3.0), course(tmp_path / "run", resume=True))
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        learn(line_lesson(), course(tmp_path / "none", resume=True))


def test_read_learnt_is_the_network_that_was_learnt_and_no_other_kind(tmp_path) -> None:
    network = learn(line_lesson(), course(tmp_path / "run"))
    again = read_learnt(tmp_path / "run" / "latest.pt", LANDMARKS, lambda about: nn.Linear(1, 1))
    assert torch.equal(again.weight, network.weight)
    with pytest.raises(CheckpointError, match="models structure control"):
        read_learnt(tmp_path / "run" / "latest.pt", CONTROL, lambda about: nn.Linear(1, 1))
