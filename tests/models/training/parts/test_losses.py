"""Losses and averages against closed forms."""

import math

import pytest

torch = pytest.importorskip("torch")

from models.training.parts.decorrelation import decorrelation_penalty  # noqa: E402
from models.training.parts.ema import ema_beta, update_ema  # noqa: E402
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


def test_ema_beta_halves_after_the_half_life_and_ramps_up_in_short_runs() -> None:
    assert ema_beta(16, 10**9, 16.0, 0.05) == pytest.approx(0.5)
    assert ema_beta(16, 320, 5000.0, 0.05) == pytest.approx(0.5)
    assert ema_beta(16, 0, 5000.0, 0.05) == 0.0


def test_update_ema_moves_parameters_and_copies_buffers() -> None:
    average, model = torch.nn.BatchNorm1d(2), torch.nn.BatchNorm1d(2)
    model.weight.data.fill_(3.0)
    model.running_mean.fill_(7.0)
    update_ema(average, model, 0.75)
    assert torch.allclose(average.weight, torch.full((2,), 1.5))
    assert torch.equal(average.running_mean, torch.full((2,), 7.0))


def minimise(penalty, w: torch.Tensor) -> torch.Tensor:
    w = w.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([w], lr=0.05)
    for _ in range(150):
        optimizer.zero_grad()
        penalty(w).backward()
        optimizer.step()
    return w.detach()


def test_decorrelation_is_smaller_for_independent_equal_components() -> None:
    torch.manual_seed(0)
    free = torch.randn(512, 4)
    mixed = free @ torch.tensor([[1.0, 0.9, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    assert decorrelation_penalty(mixed) > decorrelation_penalty(free) + 1
    uneven = free * torch.tensor([1.0, 1.0, 1.0, 3.0])
    assert decorrelation_penalty(uneven) > decorrelation_penalty(free) + 1


def test_decorrelation_as_printed_collapses_variance_and_ours_keeps_it() -> None:
    """Erratum: subtracting the sum of variances has its minimum where all are zero."""

    def printed_spread(w: torch.Tensor) -> torch.Tensor:
        variance = w.var(dim=0, unbiased=False)
        return (variance - variance.sum()).square().sum()

    torch.manual_seed(0)
    w = torch.randn(64, 4) * torch.tensor([0.7, 1.0, 1.2, 1.5])
    collapsed = minimise(printed_spread, w).var(dim=0, unbiased=False)
    kept = minimise(decorrelation_penalty, w).var(dim=0, unbiased=False)
    assert collapsed.mean() < 0.1
    assert kept.mean() > 0.5
    assert kept.std() / kept.mean() < 0.1


def test_as_displayed_paper_whiter_than_paper_costs_nothing_and_grey_paper_does() -> None:
    """A generator that had to meet white exactly left a breath of grey on every sheet."""
    drawn = torch.tensor([[1.2, 0.9, -1.3, -0.5]], requires_grad=True)
    wanted = torch.tensor([[1.0, 1.0, -1.0, -1.0]])
    (as_displayed(drawn) - wanted).abs().sum().backward()
    assert torch.equal(drawn.grad, torch.tensor([[0.0, -1.0, 0.0, 1.0]]))
