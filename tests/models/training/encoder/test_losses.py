import pytest

torch = pytest.importorskip("torch")

from models.training.encoder import losses as losses  # noqa: E402
from tests.models.measures.pages import LINE, page  # noqa: E402


def test_adherence_loss_beyond_target_costs_nothing():
    half = page(slice(64, 66), slice(20, 60))
    assert losses.adherence_loss(half, LINE, 0.4).item() == 0
    assert losses.adherence_loss(half, LINE, 0.95).item() > 0.3


def test_adherence_loss_gradient_darkens_the_line():
    picture = torch.ones(1, 1, 128, 128, requires_grad=True)
    losses.adherence_loss(picture, LINE, 1.0).backward()
    assert (picture.grad >= 0).all()
    assert picture.grad[0, 0, 62:68].sum() > 0
    assert picture.grad[0, 0, 80:].abs().sum() == 0


def test_crowding_loss_block_costs_and_line_does_not():
    block = page(slice(50, 80), slice(20, 100))
    assert losses.crowding_loss(LINE, LINE).item() == 0
    assert losses.crowding_loss(block, LINE).item() > 0.3


def test_ink_share_loss_inside_the_range_is_zero():
    assert losses.ink_share_loss(LINE, 0.005, 0.2).item() == 0
    assert losses.ink_share_loss(-torch.ones(1, 1, 128, 128), 0.005, 0.2).item() > 0.7


def test_delta_loss_equal_layers_is_zero():
    assert losses.delta_loss(torch.ones(2, 8, 16)).item() == 0


def test_moved_lets_paper_in():
    corner = page(slice(0, 2), slice(0, 2))
    assert torch.equal(losses.moved(corner, (3, 1)), page(slice(3, 5), slice(1, 3)))
    assert torch.equal(losses.moved(corner, (-2, 0)), torch.ones_like(corner))


@pytest.mark.parametrize("side", [64, 128, 256])
def test_calm_loss_of_a_tracing_is_zero_at_every_size_and_of_a_still_answer_is_not(side):
    def tracing(ink: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.interpolate(ink, size=(side, side), mode="nearest")

    traced = tracing(LINE)
    assert losses.calm_loss(tracing, LINE, traced, (1, -1)).item() == 0
    assert losses.calm_loss(lambda _: traced, LINE, traced, (1, -1)).item() > 0.005
