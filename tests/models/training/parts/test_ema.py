import pytest

torch = pytest.importorskip("torch")

from models.training.parts.ema import ema_beta, update_ema  # noqa: E402


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
