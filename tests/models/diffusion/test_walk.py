"""Samples must be the same as when they are drawn alone, and too many are refused before."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.diffusion.moving import draw_unmoved  # noqa: E402
from models.diffusion.walk import BATCH, walk  # noqa: E402
from tests.models.diffusion.subjects import tiny_subject  # noqa: E402


def test_walk_keeps_h_of_every_step_and_the_picture_at_the_end() -> None:
    subject, heard = tiny_subject(), []
    walked = walk(subject, BATCH + 3, heard.append)
    assert walked.paths.shape == (4, BATCH + 3, 256)
    assert heard == [BATCH, BATCH + 3]
    np.testing.assert_array_equal(walked.pictures, draw_unmoved(subject, subject.noise(BATCH + 3)))
    halfway = subject.network.to_h(subject.noise(BATCH + 1)[BATCH:], torch.ones(1))
    np.testing.assert_allclose(
        walked.paths[0, BATCH], halfway.h[0].flatten().numpy(), rtol=1e-4, atol=1e-4
    )


def test_walk_that_would_not_fit_in_memory_is_refused() -> None:
    with pytest.raises(InputError, match="GB of h"):
        walk(tiny_subject(), 10**9)
