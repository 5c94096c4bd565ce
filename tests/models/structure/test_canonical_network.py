"""What is swapped must be drawn where the other stands; only then does a pose mean anything."""

import pytest

torch = pytest.importorskip("torch")

from models.structure.canonical_network import (  # noqa: E402
    CanonicalNetwork,
    apart,
    forms_sheet,
    mutual_loss,
    placed,
    upright,
)
from models.structure.poses import random_poses, then  # noqa: E402
from tests.models.structure.blots import drawings  # noqa: E402


def poses(seed: int) -> torch.Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return random_poses(6)


class Knowing(CanonicalNetwork):
    """Is told how each view stands, and keeps its canonical map as its form."""

    def __init__(self, *told: torch.Tensor) -> None:
        super().__init__()
        self.told = list(told)

    def pose(self, ink):
        return self.told.pop(0)

    def form(self, canonical):
        return canonical


def test_upright_a_moved_drawing_is_the_drawing() -> None:
    ink, pose = drawings(), poses(1)
    back = upright(placed(ink, pose), pose)
    still = upright(placed(ink, pose), torch.zeros(6, 4))
    assert (back - ink).abs().mean() < 0.2 * (still - ink).abs().mean()
    torch.testing.assert_close(placed(ink, torch.zeros(6, 4)), ink)


def test_mutual_loss_without_swap_is_blind_to_poses_and_with_it_is_not() -> None:
    ink, first, second = drawings(), poses(1), poses(2)
    views = placed(ink, first), placed(ink, second)
    none = torch.zeros(6, 4)
    gauge = 0.01 * torch.cat([first, second]).mean(dim=0).square().sum()

    def loss(swap, *told):
        return float(mutual_loss(Knowing(*told), *views, swap))

    assert loss(0.0, none, none) < loss(0.0, first, second)
    assert loss(1.0, first, second) - float(gauge) < 0.1 * loss(1.0, none, none)
    wrong = then(second, torch.tensor([[0.1, 0, 0, 0]]))
    assert loss(1.0, first, wrong) > 2 * loss(1.0, first, second)


def test_canonical_network_begins_where_drawings_stand() -> None:
    network = CanonicalNetwork()
    assert network.pose(drawings()).abs().max() == 0
    form = network.form(torch.zeros(2, 1, 32, 32))
    assert form.shape == (2, 1, 32, 32)
    assert 0 <= form.min() <= form.max() <= 1


def test_apart_is_always_the_same_and_shares_nothing() -> None:
    ink = torch.arange(20.0)[:, None, None, None]
    seen, left = apart(ink)
    assert len(left) == 3
    assert torch.equal(left, apart(ink)[1])
    assert not set(seen.flatten().tolist()) & set(left.flatten().tolist())


def test_forms_sheet_has_six_rows() -> None:
    sheet = forms_sheet(CanonicalNetwork(), drawings(), columns=3)
    assert sheet.shape == (6 * 102, 3 * 102)
