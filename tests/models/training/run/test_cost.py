"""A dry run says what a run would cost, of steps it has taken, and leaves no trace."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from lightning_fabric import Fabric  # noqa: E402

from models import dry_run  # noqa: E402
from models.training.run import cost  # noqa: E402
from models.training.run.cost import few_pictures, measured_cost  # noqa: E402
from models.training.run.limits import RunLimits  # noqa: E402
from tests.models.training.run.test_loop import Learner  # noqa: E402


class Clock:
    """Two seconds a step."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


def cost_with(monkeypatch, **limits: float) -> cost.Cost:
    clock = Clock()
    monkeypatch.setattr(dry_run, "time", clock)

    def tick(learner: Learner) -> None:
        clock.now += 2.0

    fabric = Fabric(accelerator="cpu", devices=1)
    return measured_cost(fabric, Learner(tick), RunLimits(pictures=7200, **limits))


def test_measured_cost_is_the_time_of_the_steps_and_the_size_of_the_tensors(monkeypatch) -> None:
    found = cost_with(monkeypatch)
    assert found.seconds == pytest.approx(3600)
    assert found.files == "two checkpoints of 0 MB"
    assert found.memory_mb > 10
    assert str(found).startswith("about 1 h 00 min at 2.0 pictures/s")


def test_measured_cost_with_minutes_is_not_more(monkeypatch) -> None:
    assert cost_with(monkeypatch, minutes=5).seconds == 300


@pytest.mark.parametrize(("count", "warned"), [(299, True), (300, False)])
def test_few_pictures_warns_below_three_hundred(count: int, warned: bool) -> None:
    assert bool(few_pictures(count)) == warned


def test_measured_cost_writes_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    cost_with(monkeypatch)
    assert not list(tmp_path.iterdir())
