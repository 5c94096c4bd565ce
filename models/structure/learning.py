"""How the small networks of this package learn: one loop, resumable, with a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from exhibit.contract.errors import InputError
from exhibit.contract.files import write_whole
from exhibit.contract.values import Gray
from exhibit.contract.yaml_text import write_yaml
from models.dry_run import Cost
from models.saved.checkpoint import State, read_checkpoint
from models.sheets import write_png
from models.training.run.cost import measured_cost
from models.training.run.folder import read_newest, refuse_another_run
from models.training.run.hardware import hardware
from models.training.run.limits import RunLimits
from models.training.run.loop import train
from models.training.run.processes import together
from models.training.run.random_states import random_states, restore_random_states
from models.training.run.scalars import ScalarLog

CARD = "card.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How long and how fast to learn.

    Args:
        folder: of the run.
        resume: go on exactly where the run in it stopped.
        limits: examples in all; the rate falls to 0 over them.
        batch: examples a step.
        learning_rate: of Adam at the beginning.
        seed: of weights, order and variation.
    """

    folder: Path
    resume: bool
    limits: RunLimits
    batch: int
    learning_rate: float
    seed: int = 0

    def described(self) -> dict[str, Any]:
        """What a card says of it, as plain values."""
        return {
            "batch": self.batch,
            "learning_rate": self.learning_rate,
            "pictures": self.limits.pictures,
            "seed": self.seed,
        }


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lesson:
    """What is learnt.

    Args:
        form: of the checkpoints.
        about: what a reader needs to build the network again, and what a run must share with the
            one that it goes on from: tensors and plain values.
        data: what it is learnt from, for the card: plain values.
        make: builds the network, by torch's random numbers.
        count: of examples.
        loss: of a network on examples (n,) int64, varied by torch's random numbers: by name, of
            which `loss` is minimised.
        show: draws what the network does; None for nothing.
    """

    form: str
    about: dict[str, Any]
    data: dict[str, Any]
    make: Callable[[], nn.Module]
    count: int
    loss: Callable[[Any, Tensor], dict[str, Tensor]]
    show: Callable[[Any], Gray] | None = None


@dataclass(slots=True, eq=False)
class LearningState:
    """A network that learns, its optimizer and its counters."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    step: int = 0
    pictures_seen: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """A lesson as what the training loop trains."""

    fabric: Fabric
    lesson: Lesson
    course: Course
    state: LearningState
    card: dict[str, Any]

    @property
    def form(self) -> str:
        """Format of its checkpoints."""
        return self.lesson.form

    def step(self) -> dict[str, float]:
        """Take a step on examples drawn at random; returns what the lesson's loss names."""
        state, course = self.state, self.course
        left = 1 - state.pictures_seen / max(course.limits.pictures, 1)
        for group in state.optimizer.param_groups:
            group["lr"] = course.learning_rate * max(left, 0.0)
        chosen = torch.randint(self.lesson.count, (course.batch,))
        losses = self.lesson.loss(state.network, chosen)
        state.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(losses["loss"])
        state.optimizer.step()
        state.step += 1
        state.pictures_seen += course.batch
        return {name: float(value.detach()) for name, value in losses.items()}

    def saved(self) -> State:
        """The complete run."""
        return {
            "about": self.lesson.about,
            "network": self.state.network.state_dict(),
            "optimizer": self.state.optimizer.state_dict(),
            "step": self.state.step,
            "pictures_seen": self.state.pictures_seen,
            "random_states": random_states(self.fabric),
            "card": self.card,
        }

    def show(self, log: ScalarLog) -> None:
        """Draw the lesson's sheet."""
        if self.lesson.show is not None:
            image = self.lesson.show(self.state.network)
            write_png(log.folder / "latest.png", image)


def learn(lesson: Lesson, course: Course) -> nn.Module:
    """Learn a lesson, or go on with it.

    Returns:
        The network in evaluation mode, gradients off. The folder holds its checkpoints, log, sheet
        and card.yaml.

    Raises:
        InputError: the folder holds another run, or one of another lesson.
        CheckpointError: nothing to go on from.
    """
    with together("cpu", "1", "32-true") as fabric:
        learner = _learner(fabric, lesson, course)
        _write_card(learner)
        train(fabric, learner, course.limits, course.folder)
        _write_card(learner)
    return learner.state.network.eval().requires_grad_(False)


def cost_of(lesson: Lesson, course: Course) -> Cost:
    """Take a few steps and say what all of it would cost; writes nothing."""
    with together("cpu", "1", "32-true") as fabric:
        return measured_cost(fabric, _learner(fabric, lesson, course), course.limits)


def read_learnt(path: Path, form: str, make: Callable[[dict[str, Any]], nn.Module]) -> nn.Module:
    """The network of a checkpoint, in evaluation mode, gradients off.

    Args:
        path: file of a run.
        form: which lesson's.
        make: builds the network from the lesson's `about`.

    Raises:
        CheckpointError: the file is missing or is another one.
    """
    state = read_checkpoint(path, form)
    network = make(state["about"])
    network.load_state_dict(state["network"])
    return network.eval().requires_grad_(False)


def _learner(fabric: Fabric, lesson: Lesson, course: Course) -> Learner:
    """A run before its first step, or as it was saved."""
    torch.manual_seed(course.seed)
    network = lesson.make().train()
    optimizer = torch.optim.AdamW(network.parameters(), course.learning_rate, weight_decay=0.01)
    state = LearningState(network, optimizer)
    card = {
        "data": lesson.data,
        "training": course.described(),
        "hardware": hardware(fabric.device, 1, "32-true"),
    }
    if course.resume:
        path, saved = read_newest(course.folder, lesson.form)
        if not _same(saved["about"], lesson.about) or saved["card"]["data"] != lesson.data:
            raise InputError(f"{path}: learnt from other data; expected the command that began it")
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        state.step, state.pictures_seen = saved["step"], saved["pictures_seen"]
        restore_random_states(fabric, saved["random_states"])
    else:
        refuse_another_run(course.folder)
    return Learner(fabric, lesson, course, state, card)


def _same(a: Any, b: Any) -> bool:
    """Whether nested tensors and plain values are the same."""
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return torch.equal(a, b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    return bool(a == b)


def _write_card(learner: Learner) -> None:
    state = learner.state
    weights = sum(parameter.numel() for parameter in state.network.parameters())
    seen = {"weights": weights, "pictures_seen": state.pictures_seen}
    write_whole(learner.course.folder / CARD, write_yaml(learner.card | seen))
