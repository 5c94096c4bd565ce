"""Choices that cannot be are refused, and samples of one seed are not those of the next."""

import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.diffusion.subject import load_subject  # noqa: E402
from models.saved.checkpoint import CheckpointError  # noqa: E402
from tests.models.diffusion.subjects import tiny_subject, write_denoiser  # noqa: E402
from tests.models.hands import write_gan  # noqa: E402


def test_load_subject_reads_a_denoiser_and_refuses_a_generator(tmp_path) -> None:
    subject = load_subject(write_denoiser(tmp_path / "d.pt"), steps=5, seed=2)
    assert (subject.steps, subject.h_size, len(subject.checkpoint)) == (5, 256, 64)
    with pytest.raises(CheckpointError, match="models train-diffusion"):
        load_subject(write_gan(tmp_path / "g.pt"))


def test_subject_of_no_direction_or_one_step_is_refused() -> None:
    with pytest.raises(InputError, match="steps 1"):
        tiny_subject(steps=1)
    with pytest.raises(InputError, match="count 0"):
        tiny_subject(count=0)


def test_subject_noise_of_a_seed_is_its_own() -> None:
    one, other = tiny_subject(seed=1), tiny_subject(seed=2)
    torch.testing.assert_close(one.noise(2), one.noise(3)[:2])
    assert (one.noise(2) - other.noise(2)).norm() > 1
