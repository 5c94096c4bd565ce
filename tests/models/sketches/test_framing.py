import numpy as np
import pytest

from models.sketches.framing import Placement, frame_strokes, random_placement


def test_frame_strokes_beginning_lies_where_it_will_end():
    whole = [np.array([[0, 0], [100, 0]], np.float32), np.array([[100, 0], [100, 50]], np.float32)]
    (beginning,) = frame_strokes(whole[:1], whole, Placement(0.8))
    complete = frame_strokes(whole, whole, Placement(0.8))
    np.testing.assert_allclose(beginning, complete[0])
    assert np.concatenate(complete).min() == pytest.approx(0.1)


def test_random_placement_stays_in_the_square():
    rng = np.random.default_rng(0)
    for _ in range(100):
        place = random_placement(rng)
        assert place.extent / 2 <= min(*place.centre, 1 - place.centre[0], 1 - place.centre[1])
