"""Losses and averages against closed forms."""

import math

import pytest

torch = pytest.importorskip("torch")

from models.training.parts.losses import (  # noqa: E402
    PathLength,
    as_displayed,
    discriminator_loss,
    generator_loss,
    r1_penalty,
)


def test_losses_at_zero_logits_are_log_two() -> None:
    zero = torch.zeros(3, 1)
    assert generator_loss(zero).item() == pytest.approx(math.log(2))
    assert discriminator_loss(zero, zero).item() == pytest.approx(2 * math.log(2))


def test_r1_of_a_linear_critic_is_half_its_squared_norm() -> None:
    weight = torch.randn(1, 2, 2)
    pictures = torch.randn(5, 1, 2, 2, requires_grad=True)
    logits = (pictures * weight).sum(dim=(1, 2, 3))
    expected = 0.5 * weight.square().sum().item()
    assert r1_penalty(logits, pictures).item() == pytest.approx(expected, rel=1e-5)


def test_path_length_of_an_isometry_vanishes_once_its_mean_is_known() -> None:
    ws = torch.randn(2, 1, 16, requires_grad=True)
    penalty = PathLength(decay=1.0)
    pictures = 3 * ws.reshape(2, 1, 4, 4)
    first = penalty(pictures, ws).item()
    assert penalty.mean.item() > 0
    assert first < penalty.mean.item() ** 2


def test_as_displayed_paper_whiter_than_paper_costs_nothing_and_grey_paper_does() -> None:
    """A generator that had to meet white exactly left a breath of grey on every sheet."""
    drawn = torch.tensor([[1.2, 0.9, -1.3, -0.5]], requires_grad=True)
    wanted = torch.tensor([[1.0, 1.0, -1.0, -1.0]])
    (as_displayed(drawn) - wanted).abs().sum().backward()
    assert torch.equal(drawn.grad, torch.tensor([[0.0, -1.0, 0.0, 1.0]]))
