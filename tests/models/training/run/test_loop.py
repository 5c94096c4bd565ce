"""A run that diverges must not destroy what it has learnt, nor end as if all were well."""

import json
import math
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from lightning_fabric import Fabric  # noqa: E402

from models.saved.checkpoint import GAN, read_checkpoint  # noqa: E402
from models.training.run.divergence import DivergedError  # noqa: E402
from models.training.run.limits import RunLimits  # noqa: E402
from models.training.run.loop import train  # noqa: E402
from models.training.run.scalars import ScalarLog  # noqa: E402


@dataclass
class Count:
    """What a trainee is by now."""

    step: int = 0
    pictures_seen: int = 0


@dataclass
class Learner:
    """Takes steps of four pictures; `before(step)` may spoil its numbers or send a signal."""

    before: Callable[["Learner"], None] = lambda learner: None
    during: Callable[["Learner"], None] = lambda learner: None
    loss: float = 1.0
    measured: float = 0.5
    weight: torch.Tensor = field(default_factory=lambda: torch.zeros(2))
    state: Count = field(default_factory=Count)
    form: str = GAN

    def step(self) -> dict[str, float]:
        self.state.step += 1
        self.state.pictures_seen += 4
        self.weight = self.weight + 1
        self.before(self)
        return {"loss/generator": 1.0, "loss/r1": self.loss}

    def saved(self) -> dict:
        return {"ema": {"weight": self.weight}, "step": self.state.step}

    def show(self, log: ScalarLog) -> None:
        self.during(self)
        log.add({"quality/kid": self.measured})


def run(learner: Learner, folder: Path, pictures: int, **limits: float) -> None:
    fabric = Fabric(accelerator="cpu", devices=1)
    train(fabric, learner, RunLimits(pictures=pictures, **limits), folder)


def step_of(path: Path) -> int:
    return read_checkpoint(path, GAN)["step"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_train_loss_that_is_not_finite_ends_and_keeps_both_checkpoints(
    tmp_path: Path, value: float
) -> None:
    learner = Learner()
    run(learner, tmp_path, 8, checkpoint_s=0.0)
    before = {name: (tmp_path / name).read_bytes() for name in ("latest.pt", "previous.pt")}
    log = (tmp_path / "log.jsonl").read_text()

    learner.loss = value
    said = rf"step 3 \(12 pictures\): loss/r1 is {value}, .*keeps latest.pt and previous.pt"
    with pytest.raises(DivergedError, match=said):
        run(learner, tmp_path, 400, checkpoint_s=0.0, tick_s=0.0)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert (tmp_path / "log.jsonl").read_text() == log


def test_train_weight_that_is_not_finite_is_not_saved(tmp_path: Path) -> None:
    """The last losses were finite; the step after them was not."""

    def spoil(learner: Learner) -> None:
        if learner.state.step == 2:
            learner.weight = learner.weight * math.inf

    with pytest.raises(DivergedError, match=r"step 2 .*: ema.weight is not finite"):
        run(Learner(spoil), tmp_path, 400, checkpoint_s=0.0)
    assert step_of(tmp_path / "latest.pt") == 1


def test_train_that_diverges_at_once_says_that_nothing_was_written(tmp_path: Path) -> None:
    with pytest.raises(DivergedError, match="nothing was written"):
        run(Learner(loss=math.nan), tmp_path, 400)
    assert not list(tmp_path.glob("*.pt*"))


def test_train_keeps_the_newest_checkpoint_and_the_one_before(tmp_path: Path) -> None:
    run(Learner(), tmp_path, 12, checkpoint_s=0.0)
    assert step_of(tmp_path / "latest.pt") == 3
    assert step_of(tmp_path / "previous.pt") == 2
    assert not list(tmp_path.glob("*.new"))


def test_train_with_nothing_left_to_do_leaves_both_checkpoints(tmp_path: Path) -> None:
    learner = Learner()
    run(learner, tmp_path, 12, checkpoint_s=0.0)
    run(learner, tmp_path, 12, checkpoint_s=0.0)
    assert (step_of(tmp_path / "latest.pt"), step_of(tmp_path / "previous.pt")) == (3, 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_train_asked_to_stop_ends_with_a_checkpoint(tmp_path: Path, number: int) -> None:
    handler = signal.getsignal(number)
    run(Learner(lambda learner: signal.raise_signal(number)), tmp_path, 400)
    assert step_of(tmp_path / "latest.pt") == 1
    assert signal.getsignal(number) is handler


def test_train_measure_that_is_not_finite_is_null_in_the_log(tmp_path: Path) -> None:
    """A measure of nothing is no divergence, and NaN is no JSON."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    run(Learner(measured=math.nan), tmp_path, 8, tick_s=0.0)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    records = [json.loads(line, parse_constant=refuse) for line in lines]
    assert [record["quality/kid"] for record in records] == [None] * len(records)
    assert records[-1]["pictures"] == 8
    assert records[0]["loss/r1"] == 1.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_train_asked_to_stop_while_it_measures_breaks_off_and_ends_with_a_checkpoint(
    tmp_path: Path, number: int
) -> None:
    reached = []

    def measure(learner: Learner) -> None:
        signal.raise_signal(number)
        reached.append(learner.state.step)

    run(Learner(during=measure), tmp_path, 400, tick_s=0.0)
    assert step_of(tmp_path / "latest.pt") == 2  # the step after the one that was measured
    assert reached == []
    for line in (tmp_path / "log.jsonl").read_text().splitlines():
        assert "quality/kid" not in json.loads(line)


def test_train_asked_to_stop_does_not_measure_once_more(tmp_path: Path) -> None:
    shown = []
    learner = Learner(
        lambda learner: signal.raise_signal(signal.SIGTERM),
        lambda learner: shown.append(learner.state.step),
    )
    run(learner, tmp_path, 400)
    assert shown == []


def test_train_says_how_fast_it_is_from_the_first_step_on(tmp_path: Path, capsys) -> None:
    run(Learner(), tmp_path, 8)
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("4 of 8 pictures, ") and first.endswith(" left")


def test_train_of_a_run_that_is_done_names_no_time_left(tmp_path: Path, capsys) -> None:
    run(Learner(), tmp_path, 8)
    capsys.readouterr()
    done = Learner()
    done.state.pictures_seen = 8
    run(done, tmp_path, 8)
    assert capsys.readouterr().out.splitlines()[0] == "8 of 8 pictures; kid 0.500"


def test_train_ends_with_how_to_go_on(tmp_path: Path, capsys) -> None:
    run(Learner(), tmp_path / "done", 8)
    assert "--resume --pictures 16" in capsys.readouterr().out.splitlines()[-1]
    run(Learner(lambda learner: signal.raise_signal(signal.SIGTERM)), tmp_path / "cut", 8)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Stopped: ") and last.endswith("--resume goes on.")
    assert "4 pictures of 8" in last
