"""The data set: both layouts, corrupt pictures named, an order that resumes."""

import pytest

torch = pytest.importorskip("torch")

from models.collection.pictures import load_pictures  # noqa: E402
from models.training.parts.sampler import Sampler  # noqa: E402
from tests.models.training.gan.gan_fixtures import write_dataset  # noqa: E402


def test_sampler_epoch_shows_every_picture_and_its_reflection_once(tmp_path) -> None:
    pictures = load_pictures(write_dataset(tmp_path / "data", 6), 32, 1)
    sampler = Sampler(pictures.pictures, 4, seed=1, mirror=True, world_size=1)
    seen = torch.cat([sampler.next() for _ in range(3)])
    both = torch.cat([pictures.pictures, pictures.pictures.flip(3)]).float() / 127.5 - 1
    distance = (seen[:, None] - both[None]).abs().amax(dim=(2, 3, 4))
    assert sorted(distance.argmin(dim=1).tolist()) == list(range(12))
    assert distance.min(dim=1).values.max() < 1e-5


def test_sampler_of_two_processes_shows_each_its_own_pictures_once_an_epoch(tmp_path) -> None:
    pictures = load_pictures(write_dataset(tmp_path / "data", 8), 32, 1).pictures
    for rank in (0, 1):
        own = pictures[rank::2]
        sampler = Sampler(own, 2, seed=3, mirror=False, world_size=2)
        seen = torch.cat([sampler.next() for _ in range(2)])
        wanted = own.float() / 127.5 - 1
        distance = (seen[:, None] - wanted[None]).abs().amax(dim=(2, 3, 4))
        assert sorted(distance.argmin(dim=1).tolist()) == list(range(4))
        assert sampler.position == 8  # of both


def test_sampler_at_a_restored_position_goes_on_with_the_next_batch(tmp_path) -> None:
    pictures = load_pictures(write_dataset(tmp_path / "data", 5), 32, 1)
    first, second = (
        Sampler(pictures.pictures, 3, seed=3, mirror=True, world_size=1) for _ in range(2)
    )
    for _ in range(4):
        first.next()
    second.position = first.position
    assert torch.equal(first.next(), second.next())
