"""Moment matching: its gradient moves pictures to the drawings, and its memory is kept."""

import pytest

torch = pytest.importorskip("torch")

from lightning_fabric import Fabric  # noqa: E402
from torch import nn  # noqa: E402

from models.training.parts.moments import MomentMatching  # noqa: E402


class Edges(nn.Module):
    """Two layers of frozen random filters: what AlexNet is here, without its weights."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Conv2d(1, 12, 3, stride=2), nn.Conv2d(12, 16, 3, stride=2)
        self.requires_grad_(False)

    def forward(self, x):
        a = torch.relu(self.first(x))
        return [a, torch.relu(self.second(a))]


def striped(n: int) -> torch.Tensor:
    """(n, 1, 16, 16) uint8: black stripes on paper, each picture shifted."""
    columns = (torch.arange(16)[None] + torch.arange(n)[:, None]) % 4 < 1
    return torch.where(columns, 0, 255).to(torch.uint8)[:, None, None].expand(n, 1, 16, 16)


@pytest.fixture
def fabric() -> Fabric:
    return Fabric(accelerator="cpu", devices=1)


def test_forward_descending_the_loss_makes_pictures_alike_to_the_drawings(fabric):
    loss = MomentMatching(Edges(), [striped(8)], bank=64)
    wanted = loss.reals.mean(dim=0)
    pictures = torch.zeros(8, 1, 16, 16, requires_grad=True)
    optimizer = torch.optim.Adam([pictures], lr=0.05)
    before = (loss.features(pictures).mean(dim=0) - wanted).norm().item()
    for _ in range(60):
        optimizer.zero_grad()
        loss(fabric, pictures).backward()
        optimizer.step()
    after = (loss.features(pictures).mean(dim=0) - wanted).norm().item()
    assert after < 0.5 * before


def test_forward_pictures_like_those_remembered_cost_more_than_new_ones(fabric):
    loss = MomentMatching(Edges(), [striped(8)], bank=8)
    blank, black = torch.ones(8, 1, 16, 16), -torch.ones(8, 1, 16, 16)
    first = loss(fabric, blank).item()
    again = loss(fabric, blank).item()
    assert again > first
    for _ in range(2):
        loss(fabric, black)
    assert loss(fabric, blank).item() < again


def test_state_dict_holds_the_memory_and_not_the_network(fabric):
    loss = MomentMatching(Edges(), [striped(4)], bank=6)
    loss(fabric, torch.ones(4, 1, 16, 16))
    loss(fabric, -torch.ones(4, 1, 16, 16))
    saved = loss.state_dict()
    assert sorted(saved) == ["bank", "seen"]
    other = MomentMatching(Edges(), [striped(4)], bank=6)
    other.load_state_dict(saved)
    probe = torch.rand(4, 1, 16, 16)
    assert other(fabric, probe).item() == loss(fabric, probe).item()
    assert other.seen.tolist() == [12]


def test_forward_groups_are_remembered_apart(fabric):
    loss = MomentMatching(Edges(), [striped(4)], bank=8, groups=2)
    few, many = torch.zeros(4, dtype=torch.long), torch.ones(4, dtype=torch.long)
    blank = torch.ones(4, 1, 16, 16)
    new = loss(fabric, blank, few).item()
    assert loss(fabric, blank, many).item() == new
    assert loss(fabric, blank, many).item() > new
    assert loss.seen.tolist() == [4, 8]
