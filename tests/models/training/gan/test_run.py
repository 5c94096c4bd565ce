"""A GAN run: resume must be complete, growth must disturb nothing, bad plans are refused early."""

import json
import re
import signal
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from click.testing import CliRunner  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from models.cli import main  # noqa: E402
from models.networks.stylegan2.layers import upsample  # noqa: E402
from models.saved.checkpoint import (  # noqa: E402
    GAN,
    CheckpointError,
    write_checkpoint,
)
from models.saved.compacting import compact  # noqa: E402
from models.saved.gan import load_gan, load_generator, saved_discriminator  # noqa: E402
from models.training.gan import trainee as gan_trainee  # noqa: E402
from models.training.gan.run import describe, run  # noqa: E402
from tests.models.training.gan.gan_fixtures import (  # noqa: E402
    assert_same,
    tiny_plan,
    write_dataset,
)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "dataset")


def discriminator_in(path: Path) -> torch.nn.Module:
    return saved_discriminator(load_gan(path), path)


def test_run_stopped_and_resumed_equals_run_without_stop(dataset, tmp_path) -> None:
    """Weights-only resume is the field's most reported gap: everything must come back."""
    run(tiny_plan(dataset, tmp_path / "straight", 16))
    run(tiny_plan(dataset, tmp_path / "parts", 8))
    run(tiny_plan(dataset, tmp_path / "parts", 16, resume=True))
    straight = load_gan(tmp_path / "straight" / "latest.pt")
    assert straight["step"] == 4
    assert straight["pictures_seen"] == 16
    assert_same(straight, load_gan(tmp_path / "parts" / "latest.pt"))


def test_run_writes_log_sheet_and_a_usable_generator(dataset, tmp_path) -> None:
    folder = tmp_path / "run"
    run(tiny_plan(dataset, folder, 8))
    record = json.loads((folder / "log.jsonl").read_text().splitlines()[-1])
    assert record["pictures"] == 8
    assert {"loss/generator", "loss/r1", "loss/path_length", "augment/p"} <= record.keys()
    assert (folder / "latest.png").stat().st_size > 0
    assert list((folder / "tensorboard").iterdir())
    generator = load_generator(folder / "latest.pt")
    assert not generator.training
    assert generator(torch.randn(1, 8)).shape == (1, 1, 32, 32)
    assert discriminator_in(folder / "latest.pt")(torch.zeros(1, 1, 32, 32)).shape == (1, 1)


def test_run_with_kid_writes_it_to_the_log(dataset, tmp_path) -> None:
    run(tiny_plan(dataset, tmp_path / "run", 8, kid_s=0.0, kid_pictures=8))
    record = json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])
    assert record["quality/kid"] > 0.1


def test_run_asked_to_stop_ends_early_with_a_checkpoint(dataset, tmp_path, monkeypatch) -> None:
    step = gan_trainee.training_step

    def step_then_signal(*arguments):
        losses = step(*arguments)
        signal.raise_signal(signal.SIGTERM)
        return losses

    monkeypatch.setattr(gan_trainee, "training_step", step_then_signal)
    before = signal.getsignal(signal.SIGTERM)
    run(tiny_plan(dataset, tmp_path / "run", 400))
    assert load_gan(tmp_path / "run" / "latest.pt")["step"] == 1
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("layout", ["light", "published"])
def test_run_grown_to_twice_the_resolution_continues_what_was_learnt(
    dataset, tmp_path, layout
) -> None:
    """Fresh layers must not disturb what the smaller networks compute."""
    shape = {"layout": layout}
    run(tiny_plan(dataset, tmp_path / "small", 8, shape=shape))
    start = tmp_path / "small" / "latest.pt"
    shape |= {"resolution": 64}
    plan = tiny_plan(dataset, tmp_path / "grown", 0, shape=shape, start=start)
    run(plan)
    small, grown = load_generator(start), load_generator(plan.folder / "latest.pt")
    z = torch.randn(2, 8)
    with torch.no_grad():
        halved = torch.nn.functional.avg_pool2d(grown(z), 2)
        error = (halved - small(z)).abs().mean() / small(z).std()
        pictures = torch.randn(4, 1, 64, 64)
        kernel = grown.synthesis.b4.resample_filter[None, None]
        lower = torch.nn.functional.conv2d(pictures, kernel, stride=2, padding=1)
        if layout == "light":
            lower = torch.nn.functional.avg_pool2d(pictures, 2)
        old = discriminator_in(start)(lower)
        torch.testing.assert_close(discriminator_in(plan.folder / "latest.pt")(pictures), old)
    assert error < 0.5
    run(tiny_plan(dataset, plan.folder, 4, shape=shape, resume=True))


def test_run_cut_to_half_the_resolution_draws_what_the_coarser_blocks_drew(
    dataset, tmp_path
) -> None:
    shape = {"resolution": 64}
    run(tiny_plan(dataset, tmp_path / "large", 8, shape=shape))
    start = tmp_path / "large" / "latest.pt"
    plan = tiny_plan(dataset, tmp_path / "cut", 0, start=start)
    run(plan)
    large, cut = load_generator(start), load_generator(plan.folder / "latest.pt")
    fine = large.synthesis.b64.torgb
    torch.nn.init.zeros_(fine.weight)
    torch.nn.init.zeros_(fine.bias)
    z = torch.randn(2, 8)
    with torch.no_grad():
        coarse = upsample(cut(z), large.synthesis.b64.resample_filter)
        torch.testing.assert_close(large(z), coarse)
    run(tiny_plan(dataset, plan.folder, 4, resume=True))
    with pytest.raises(InputError, match="expected 64 or 128 or 32"):
        describe(tiny_plan(dataset, tmp_path / "leap", 0, shape={"resolution": 256}, start=start))


def test_compact_checkpoint_starts_a_run_and_is_refused_for_resuming(dataset, tmp_path) -> None:
    """A file without optimizers must not pass for a complete resume."""
    run(tiny_plan(dataset, tmp_path / "run", 8))
    whole = load_gan(tmp_path / "run" / "latest.pt")
    small = tmp_path / "small" / "latest.pt"
    write_checkpoint(small, GAN, compact(whole))
    assert small.stat().st_size < (tmp_path / "run" / "latest.pt").stat().st_size / 2
    with pytest.raises(InputError, match="expected it in --from"):
        describe(tiny_plan(dataset, tmp_path / "small", 16, resume=True))
    run(tiny_plan(dataset, tmp_path / "next", 0, start=small))
    z = torch.randn(2, 8)
    before = load_generator(tmp_path / "run" / "latest.pt")(z)
    after = load_generator(tmp_path / "next" / "latest.pt")(z)
    torch.testing.assert_close(after, before, atol=1e-2, rtol=1e-2)


def test_plan_that_cannot_work_is_refused_before_any_step(dataset, tmp_path) -> None:
    run(tiny_plan(dataset, tmp_path / "run", 4))
    start = tmp_path / "run" / "latest.pt"
    with pytest.raises(InputError, match="add --resume"):
        describe(tiny_plan(dataset, tmp_path / "run", 8))
    with pytest.raises(InputError, match="channel_max is 8, asked for 4"):
        describe(tiny_plan(dataset, tmp_path / "run", 8, resume=True, shape={"channel_max": 4}))
    for shape, message in (
        ({"resolution": 128}, "resolution is 32, asked for 128: expected 32 or 64"),
        ({"channel_max": 4}, "channel_max is 8, asked for 4: expected 8"),
        ({"layout": "published"}, "layout is light, asked for published"),
    ):
        with pytest.raises(InputError, match=message):
            describe(tiny_plan(dataset, tmp_path / "b", 8, start=start, shape=shape))
    with pytest.raises(InputError, match="batch of 6: expected a multiple of 4"):
        describe(tiny_plan(dataset, tmp_path / "c", 8, training={"batch": 6}))
    with pytest.raises(InputError, match="at least one batch of 64"):
        describe(tiny_plan(dataset, tmp_path / "d", 8, training={"batch": 64}))
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        describe(tiny_plan(dataset, tmp_path / "e", 8, start=tmp_path / "absent.pt"))


def test_run_from_another_counts_its_pictures_and_keeps_its_average_long(tmp_path) -> None:
    """A short average at the beginning shows the last few steps, not the run."""
    dataset = write_dataset(tmp_path / "data")
    run(tiny_plan(dataset, tmp_path / "first", 8))
    start = tmp_path / "first" / "latest.pt"
    write_checkpoint(start, GAN, load_gan(start) | {"pictures_seen": 4000})
    run(tiny_plan(dataset, tmp_path / "second", 4, start=start))
    first, second = load_gan(start), load_gan(tmp_path / "second" / "latest.pt")
    assert (second["pictures_before"], second["pictures_seen"]) == (4000, 4)
    name = "synthesis.b8.conv1.weight"
    moved = (second["generator"][name] - first["generator"][name]).norm()
    assert (second["ema"][name] - first["ema"][name]).norm() < 0.5 * moved


def test_run_that_diverges_ends_with_one_line_and_its_checkpoint_as_it_was(
    dataset, tmp_path
) -> None:
    run(tiny_plan(dataset, tmp_path / "run", 8))
    latest = tmp_path / "run" / "latest.pt"
    before = latest.read_bytes()
    words = ["train-gan", str(dataset), "-o", str(tmp_path / "run"), "--resume", "--batch", "4"]
    words += ["--learning-rate", "1e30", "--accelerator", "cpu", "--kid-pictures", "0"]
    result = CliRunner().invoke(main, [*words, "--pictures", "400", "--precision", "32-true"])
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert re.match(r"Error: step \d+ \(\d+ pictures\): loss/\w+ is nan, expected", line)
    assert latest.read_bytes() == before
    run(tiny_plan(dataset, tmp_path / "run", 12, resume=True))
    assert load_gan(latest)["step"] == 3
