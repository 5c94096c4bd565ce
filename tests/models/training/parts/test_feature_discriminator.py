"""The second discriminator: it learns to tell pictures apart, and its loss moves them."""

import pytest

torch = pytest.importorskip("torch")

from lightning_fabric import Fabric  # noqa: E402

from models.training.parts.feature_discriminator import FeatureDiscriminator, feature_penalty  # noqa: E402
from tests.models.training.parts.test_moments import Edges, striped  # noqa: E402


@pytest.fixture
def fabric() -> Fabric:
    return Fabric(accelerator="cpu", devices=1)


def as_seen(pictures: torch.Tensor) -> torch.Tensor:
    return pictures.float() / 127.5 - 1


def taught(fabric: Fabric, fakes: torch.Tensor, steps: int) -> FeatureDiscriminator:
    drawings = striped(8)
    features = FeatureDiscriminator(Edges(), drawings, rate=0.005, seed=0)
    for _ in range(steps):
        features.learn(fabric, as_seen(drawings), fakes)
    return features


def test_learn_tells_stripes_from_grey(fabric):
    grey = torch.zeros(8, 1, 16, 16)
    features = FeatureDiscriminator(Edges(), striped(8), rate=0.005, seed=0)
    first = features.learn(fabric, as_seen(striped(8)), grey)["logits/features_apart"]
    for _ in range(60):
        last = features.learn(fabric, as_seen(striped(8)), grey)["logits/features_apart"]
    assert last > first + 1


def test_loss_descended_makes_pictures_that_pass_for_drawings(fabric):
    pictures = torch.zeros(8, 1, 16, 16, requires_grad=True)
    features = taught(fabric, pictures.detach(), 60)
    optimizer = torch.optim.Adam([pictures], lr=0.05)
    features.zero_grad(set_to_none=True)
    before = features.loss(pictures).item()
    for _ in range(30):
        optimizer.zero_grad()
        features.loss(pictures).backward()
        optimizer.step()
    assert features.loss(pictures).item() < 0.5 * before
    assert all(parameter.grad is None for parameter in features.heads.parameters())


def test_new_heads_of_one_seed_begin_alike_whatever_was_drawn_before():
    """Two processes whose heads differed would each learn another discriminator."""
    torch.manual_seed(3)
    one = FeatureDiscriminator(Edges(), striped(8), rate=0.01, seed=5)
    torch.manual_seed(4)
    other = FeatureDiscriminator(Edges(), striped(8), rate=0.01, seed=5)
    for name, value in one.state_dict().items():
        assert torch.equal(value, other.state_dict()[name]), name


def test_penalty_is_half_the_squared_gradient_norm():
    activations = torch.randn(3, 2, 4, 4, requires_grad=True)
    slope = torch.randn(2, 4, 4)
    logits = (activations * slope).sum(dim=(1, 2, 3))[:, None]
    expected = 0.5 * slope.square().sum().item()
    assert feature_penalty(logits, [activations]).item() == pytest.approx(expected, rel=1e-5)


def test_state_holds_heads_and_not_the_frozen_network():
    features = FeatureDiscriminator(Edges(), striped(8), rate=0.01, seed=0)
    assert features.state_dict().keys() == {
        f"heads.{depth}.{layer}.{part}"
        for depth in (0, 1)
        for layer in (0, 2, 4)
        for part in ("weight", "bias")
    }
