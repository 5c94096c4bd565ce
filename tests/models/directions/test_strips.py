"""A strip goes from one end of what is safe to the other."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.directions.drawing import draw_codes  # noqa: E402
from models.directions.strips import draw_strip  # noqa: E402
from tests.models.directions.subjects import axis, direction, sample_codes, small_subject  # noqa: E402


def test_draw_strip_goes_from_end_to_end_through_the_unchanged_picture():
    strip = draw_strip(small_subject(), sample_codes(), direction("a", axis(0)))
    assert strip.strengths == (-2.0, -1.0, 0.0, 3.0, 6.0)
    np.testing.assert_array_equal(strip.pictures[2], draw_codes(small_subject(), sample_codes()))
    assert strip.heat.shape == (32, 32) and 0 < strip.heat.max() <= 1


def test_draw_strip_without_a_safe_range_shows_three_sigmas():
    one = direction("a", axis(0), safe_range=None, sigma=2.0)
    assert draw_strip(small_subject(), sample_codes(1), one).strengths[-1] == 6.0
