"""Latents lie as their drawings do, and follow them when a collection changes."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from models.collection.dataset import picture_names  # noqa: E402
from models.collection.pictures import load_pictures  # noqa: E402
from models.networks.perceptual.lpips import training_lpips  # noqa: E402
from models.training.parts.latent_places import (  # noqa: E402
    drawing_keys,
    kept_latents,
    on_the_sphere,
    placed_among,
    principal_latents,
)
from tests.models.training.gan.gan_fixtures import write_dataset  # noqa: E402

KEYS = torch.arange(12)


@pytest.fixture
def drawings(tmp_path: Path) -> torch.Tensor:
    return load_pictures(write_dataset(tmp_path / "data"), 32, 1).pictures


def test_principal_latents_put_like_drawings_beside_each_other(drawings) -> None:
    shifted = drawings.roll(1, dims=3)
    latents = principal_latents(training_lpips(), [drawings, shifted], 6, seed=0)
    torch.testing.assert_close(latents.square().mean(dim=1), torch.ones(24))
    nearest = torch.cdist(latents[:12], latents[12:]).argmin(dim=1)
    assert (nearest == torch.arange(12)).float().mean() >= 0.75


def test_principal_latents_longer_than_the_collection_are_filled_with_noise(drawings) -> None:
    perceptual = training_lpips()
    latents = principal_latents(perceptual, [drawings[:3]], 8, seed=0)
    assert latents.shape == (3, 8)
    assert torch.equal(latents, principal_latents(perceptual, [drawings[:3]], 8, seed=0))
    assert (latents[:, 3:].abs() > 0).all()


def test_drawing_keys_follow_the_file_and_not_its_name(tmp_path) -> None:
    dataset = write_dataset(tmp_path / "data")
    names = picture_names(dataset)
    (dataset / names[0]).rename(dataset / "images" / "other.png")
    before = drawing_keys(write_dataset(tmp_path / "same"), names)
    after = drawing_keys(dataset, picture_names(dataset))
    assert after.dtype == torch.int64
    assert after[picture_names(dataset).index("images/other.png")] == before[0]
    assert len(set(after.tolist())) == 12


def test_kept_latents_follow_their_drawings_and_new_ones_have_none() -> None:
    z = torch.randn(12, 3, generator=torch.manual_seed(0))
    now = torch.tensor([5, 99, 4, 3, 2, 1, 0, 11])
    kept = kept_latents({"z": z.half(), "keys": KEYS}, now, 3)
    assert kept is not None
    assert kept[1].isnan().all()
    assert torch.equal(kept[[0, 2, 7]], z.half().float()[[5, 4, 11]])
    assert kept_latents({"z": z, "keys": KEYS}, now + 9, 3) is None
    assert kept_latents({"z": z, "keys": KEYS}, now, 4) is None
    assert kept_latents({"z": z}, now, 3) is None
    assert kept_latents({}, now, 3) is None


def test_placed_among_puts_new_drawings_where_their_likeness_says() -> None:
    fresh = on_the_sphere(torch.randn(40, 4, generator=torch.manual_seed(0)))
    turn, _ = torch.linalg.qr(torch.randn(4, 4, generator=torch.manual_seed(1)))
    latents = fresh @ turn
    kept = latents.clone()
    kept[[3, 17]] = torch.nan
    torch.testing.assert_close(placed_among(kept, fresh), latents)
