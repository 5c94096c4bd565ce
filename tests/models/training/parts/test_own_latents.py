"""Latents of the drawings' own: like drawings begin alike, and drawings are learnt by heart."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from exhibit.contract.errors import InputError  # noqa: E402
from models.collection.pictures import load_pictures  # noqa: E402
from models.networks.perceptual.lpips import training_lpips  # noqa: E402
from models.saved.checkpoint import GAN, write_checkpoint  # noqa: E402
from models.saved.compacting import compact  # noqa: E402
from models.saved.gan import load_gan  # noqa: E402
from models.training.gan.run import run  # noqa: E402
from models.training.parts.latent_places import (  # noqa: E402
    principal_latents,
)
from models.training.parts.own_latents import OwnLatents, enlarged_part  # noqa: E402
from tests.models.training.gan.gan_fixtures import (  # noqa: E402
    assert_same,
    shard_of,
    tiny_plan,
    write_dataset,
)

REDRAW = {"redraw_weight": 5.0, "path_weight": 0.0}


@pytest.fixture
def drawings(tmp_path: Path) -> torch.Tensor:
    return load_pictures(write_dataset(tmp_path / "data"), 32, 1).pictures


def test_own_latents_of_reflections_lead_to_reflections(drawings) -> None:
    own = OwnLatents(training_lpips(), shard_of(drawings), 8, mirror=True, seed=0)
    assert len(own.z) == 2 * len(drawings)
    latents, targets = own.choose(40)
    wanted = torch.cat([drawings, drawings.flip(3)]).float() / 127.5 - 1
    for latent, target in zip(latents, targets, strict=True):
        index = (own.z == latent).all(dim=1).nonzero()[0, 0]
        assert torch.equal(target, wanted[index])


def test_loss_of_the_drawing_itself_is_zero_and_of_blank_paper_is_not(drawings) -> None:
    own = OwnLatents(training_lpips(), shard_of(drawings), 8, mirror=False, seed=0)
    targets = drawings.float() / 127.5 - 1
    assert own.loss(targets, targets).item() == pytest.approx(0, abs=1e-6)
    assert own.loss(torch.ones_like(targets), targets).item() > 0.5


def test_enlarged_part_is_one_place_of_all_pictures_and_in_time_every_place() -> None:
    columns = torch.arange(32.0).expand(2, 3, 1, 32, 32)
    parts = [enlarged_part(columns) for _ in range(200)]
    for part in parts:
        assert part.shape == columns.shape
        assert (part == part[0, 0]).all()
        assert (part.max() - part.min()).item() == 15
    assert min(part.min() for part in parts) == 0
    assert max(part.max() for part in parts) == 31


def test_latents_seldom_seen_stay_near_their_places_when_gradients_are_noise(drawings) -> None:
    own = OwnLatents(training_lpips(), shard_of(drawings), 8, mirror=False, seed=0)
    before = own.z.detach().clone()
    chance = torch.Generator().manual_seed(0)
    for step in range(50 * len(own.z)):
        own.z.grad = torch.zeros_like(own.z)
        own.z.grad[step % len(own.z)] = torch.randn(8, generator=chance)
        own.update()
    assert torch.cosine_similarity(own.z, before).min() > 0.95


def test_run_that_only_redraws_comes_closer_and_moves_the_latents(tmp_path) -> None:
    dataset = write_dataset(tmp_path / "data")
    training = REDRAW | {"adversarial_weight": 0.0, "learning_rate": 0.01}
    run(tiny_plan(dataset, tmp_path / "run", 4, training=training))
    first = load_gan(tmp_path / "run" / "latest.pt")
    run(tiny_plan(dataset, tmp_path / "run", 200, training=training, resume=True))
    last = load_gan(tmp_path / "run" / "latest.pt")
    log = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    before, after = (json.loads(line)["loss/redraw"] for line in (log[0], log[-1]))
    assert after < 0.8 * before
    assert not torch.equal(first["own_latents"]["z"], last["own_latents"]["z"])
    assert_same(first["discriminator"], last["discriminator"])


def test_run_that_redraws_stopped_and_resumed_equals_run_without_stop(tmp_path) -> None:
    dataset = write_dataset(tmp_path / "data")
    run(tiny_plan(dataset, tmp_path / "straight", 16, training=REDRAW))
    run(tiny_plan(dataset, tmp_path / "parts", 8, training=REDRAW))
    run(tiny_plan(dataset, tmp_path / "parts", 16, training=REDRAW, resume=True))
    straight = load_gan(tmp_path / "straight" / "latest.pt")
    assert_same(straight, load_gan(tmp_path / "parts" / "latest.pt"))


def test_run_grown_from_a_compact_checkpoint_keeps_the_latents(tmp_path) -> None:
    dataset = write_dataset(tmp_path / "data")
    run(tiny_plan(dataset, tmp_path / "small", 8, training=REDRAW))
    start = tmp_path / "small.pt"
    write_checkpoint(start, GAN, compact(load_gan(tmp_path / "small" / "latest.pt")))
    shape = {"resolution": 64}
    run(tiny_plan(dataset, tmp_path / "grown", 0, training=REDRAW, shape=shape, start=start))
    small, grown = load_gan(start), load_gan(tmp_path / "grown" / "latest.pt")
    assert torch.equal(small["own_latents"]["z"].float(), grown["own_latents"]["z"])


def test_own_latents_of_a_saved_run_are_taken_over_and_others_are_placed_anew(drawings) -> None:
    perceptual = training_lpips()
    z = torch.randn(len(drawings), 8, generator=torch.manual_seed(2)).half()
    saved = {"own_latents": {"z": z}}
    own = OwnLatents(perceptual, shard_of(drawings), 8, mirror=False, seed=0, saved=saved)
    assert torch.equal(own.z, z.float())
    shorter = OwnLatents(perceptual, shard_of(drawings), 6, mirror=False, seed=0, saved=saved)
    assert torch.equal(shorter.z, principal_latents(perceptual, [drawings], 6, seed=0))


def test_run_from_another_with_a_drawing_less_and_one_more_keeps_the_others_latents(
    tmp_path,
) -> None:
    dataset = write_dataset(tmp_path / "data", 40)
    run(tiny_plan(dataset, tmp_path / "first", 80, training=REDRAW))
    start = tmp_path / "first" / "latest.pt"
    (dataset / "images" / "02.png").unlink()
    blank = np.full((32, 32), 255, np.uint8)
    cv2.imwrite(str(dataset / "images" / "99.png"), cv2.circle(blank, (16, 16), 6, (0,), 2))
    run(tiny_plan(dataset, tmp_path / "second", 0, training=REDRAW, start=start))
    before = load_gan(start)["own_latents"]["z"]
    after = load_gan(tmp_path / "second" / "latest.pt")["own_latents"]["z"]
    kept = [index for index in range(40) if index != 2]
    assert torch.equal(after[:39], before[kept])
    assert torch.equal(after[40:79], before[[40 + index for index in kept]])
    torch.testing.assert_close(after[[39, 79]].square().mean(dim=1), torch.ones(2))


def test_run_resumed_on_other_drawings_is_refused(tmp_path) -> None:
    run(tiny_plan(write_dataset(tmp_path / "data"), tmp_path / "run", 4, training=REDRAW))
    fewer = write_dataset(tmp_path / "fewer", 11)
    with pytest.raises(InputError, match="kept 24 latents of other drawings than the 22"):
        run(tiny_plan(fewer, tmp_path / "run", 8, training=REDRAW, resume=True))


def test_run_resumed_from_a_checkpoint_without_keys_goes_on(tmp_path) -> None:
    dataset = write_dataset(tmp_path / "data")
    run(tiny_plan(dataset, tmp_path / "run", 4, training=REDRAW))
    latest = tmp_path / "run" / "latest.pt"
    saved = load_gan(latest)
    keys = saved["own_latents"].pop("keys")
    write_checkpoint(latest, GAN, saved)
    run(tiny_plan(dataset, tmp_path / "run", 8, training=REDRAW, resume=True))
    assert torch.equal(load_gan(latest)["own_latents"]["keys"], keys)
