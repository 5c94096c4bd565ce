"""A move must change the picture as far as it says, and be refused where it does not fit."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.diffusion.moving import bent, draw_moved, draw_unmoved  # noqa: E402
from models.diffusion.pca import discover  # noqa: E402
from models.networks.denoiser.ddim import draw  # noqa: E402
from tests.models.diffusion.subjects import tiny_subject, tiny_walk  # noqa: E402


@pytest.fixture
def found():
    subject = tiny_subject()
    return subject, discover(subject, tiny_walk(subject)).directions[0]


def test_draw_moved_by_nothing_is_unmoved_and_by_more_is_farther(found) -> None:
    subject, direction = found
    noise = subject.noise(2)
    still = draw_unmoved(subject, noise).astype(np.int16)
    np.testing.assert_array_equal(draw_moved(subject, noise, direction, 0.0), still)
    near, far = (
        np.abs(draw_moved(subject, noise, direction, n * direction.sigma) - still).mean()
        for n in (2, 6)
    )
    assert 0 < near < far


def test_bent_adds_to_h_at_every_step_what_the_direction_has_there(found) -> None:
    subject, direction = found
    noise, seen = subject.noise(1), []
    add = bent(subject, direction, 2.0)

    def look(step, halfway):
        seen.append(add(step, halfway) - halfway.h)
        return add(step, halfway)

    draw(subject.network, noise, subject.steps, look)
    torch.testing.assert_close(torch.cat(seen), 2 * torch.from_numpy(direction.vector.copy()))


def test_bent_by_a_direction_of_codes_or_of_other_steps_is_refused(found) -> None:
    subject, direction = found
    flat = np.zeros(8, np.float32)
    flat[0] = 1
    with pytest.raises(InputError, match="is of w; expected"):
        bent(subject, replace(direction, vector=flat), 1.0)
    with pytest.raises(InputError, match="of 4 steps"):
        bent(tiny_subject(steps=5), direction, 1.0)
