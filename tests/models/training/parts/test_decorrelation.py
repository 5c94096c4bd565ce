"""The penalty against its closed form, and against the printed one."""

import pytest

torch = pytest.importorskip("torch")

from models.training.parts.decorrelation import decorrelation_penalty  # noqa: E402


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
