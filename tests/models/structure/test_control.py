"""A code that is asked for a turn must give it, and nothing else that it says of its head."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.structure.control import (  # noqa: E402
    Control,
    by_gradient,
    by_inverse,
    control_lesson,
    turned,
)
from models.structure.factorisation import structure_of  # noqa: E402
from models.structure.learning import Course, learn  # noqa: E402
from models.structure.projection import YAW  # noqa: E402
from models.training.run.limits import RunLimits  # noqa: E402

NAMES = tuple("abcdefghij")
W_DIM, CHANGES = 24, 2


def head() -> np.ndarray:
    """A face that bulges toward the viewer: (3, 10)."""
    chance = np.random.default_rng(3)
    x, y = chance.uniform(-0.3, 0.3, (2, len(NAMES)))
    shape = np.stack([x, y, 0.2 - 2 * x**2])
    return shape - shape.mean(axis=1, keepdims=True)


def bent_control() -> Control:
    """Says of codes what they are not asked to be learnt: parameters that bend with the code."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        control = Control(NAMES, (W_DIM, CHANGES)).double()
        control.changes.copy_(0.1 * torch.randn(CHANGES, 3, len(NAMES)))
    control.rigid.copy_(torch.from_numpy(head()))
    control.w_mean.zero_()
    control.mean.zero_()
    control.deviation.fill_(1.0)
    return control.eval().requires_grad_(False)


def codes(count: int = 5) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, W_DIM, generator=generator, dtype=torch.float64)


def test_by_inverse_gives_what_is_asked_for_and_leaves_the_rest() -> None:
    control, w = bent_control(), codes()
    asked = turned(control(w), -20.0)
    said = control(by_inverse(control, w, asked))
    by = torch.rad2deg(said - control(w))[:, YAW]
    assert by == pytest.approx(torch.full((5,), -20.0), abs=0.3)
    assert (said - asked).abs().max() < 0.02


def test_by_inverse_in_rounds_arrives_where_one_round_and_the_printed_share_do_not() -> None:
    """The authors go 1/rounds of what is left in each round."""
    control, w = bent_control(), codes()
    asked = turned(control(w), 30.0)

    def left(moved: torch.Tensor) -> float:
        return float((control(moved) - asked).norm())

    shared = w
    for _ in range(5):
        way = shared + (by_inverse(control, shared, asked, rounds=1) - shared) / 5
        shared = way
    rounds = left(by_inverse(control, w, asked, rounds=5))
    assert rounds < left(by_inverse(control, w, asked, rounds=1))
    assert rounds < left(shared) / 5


def test_by_inverse_is_the_shortest_way() -> None:
    control, w = bent_control(), codes(1)
    asked = control(w) + 1e-4 * torch.ones(1, 8 + CHANGES)
    way = by_inverse(control, w, asked) - w
    jacobian = torch.func.jacrev(lambda one: control(one[None])[0])(w[0])
    idle = torch.linalg.svd(jacobian)[2][8 + CHANGES :]
    assert (idle @ way[0]).abs().max() < 1e-3 * way.norm()


def test_by_gradient_draws_landmarks_near_those_asked_for_and_similarity_holds_it_back() -> None:
    control, w = bent_control(), codes()
    asked = turned(control(w), 15.0)
    goal = control.landmarks(asked)

    def apart(moved: torch.Tensor) -> float:
        return float((control.landmarks(control(moved)) - goal).norm())

    free = by_gradient(control, w, asked, similarity=0.0)
    held = by_gradient(control, w, asked, similarity=10.0)
    assert apart(free) < 0.6 * apart(w)
    assert apart(free) < apart(held) < apart(w)
    assert (held - w).norm() < 0.7 * (free - w).norm()


def test_control_learnt_through_the_projection_says_turns_it_was_never_told(tmp_path) -> None:
    """Only landmarks are given; what the code's first number does to them is a turn."""
    generator = torch.Generator().manual_seed(2)
    w = torch.randn(400, 6, generator=generator)
    yaw = 0.3 * w[:, 0].double().numpy()
    cos, sin, none = np.cos(yaw), np.sin(yaw), np.zeros(400)
    cameras = np.stack([np.stack([cos, none, sin], 1), np.stack([none, none + 1, none], 1)], axis=1)
    landmarks = cameras @ head() + 0.5
    lesson = control_lesson(w[:350], landmarks[:350], structure_of(landmarks[:350], 0), NAMES, {})
    course = Course(
        folder=tmp_path / "run",
        resume=False,
        limits=RunLimits(pictures=60_000),
        batch=100,
        learning_rate=3e-3,
    )
    network = learn(lesson, course)
    assert isinstance(network, Control)
    said = network(w[350:])[:, YAW].numpy()
    assert np.corrcoef(said, yaw[350:])[0, 1] > 0.99
    asked = turned(network(w[350:]), 10.0)
    way = (by_inverse(network, w[350:], asked) - w[350:]).numpy()
    assert np.median(way[:, 0]) == pytest.approx(np.deg2rad(10) / 0.3, rel=0.15)
