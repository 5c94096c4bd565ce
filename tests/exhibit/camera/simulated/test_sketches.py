"""Sketches are data: each must be drawable."""

import numpy as np

from exhibit.camera.simulated.sketches import load_sketches


def test_load_sketches_at_least_sixteen_different() -> None:
    names = [sketch.name for sketch in load_sketches()]
    assert len(names) >= 16
    assert len(set(names)) == len(names)


def test_load_sketches_stay_on_the_sheet_and_go_forward_in_time() -> None:
    for sketch in load_sketches():
        points = np.concatenate(sketch.strokes)
        assert points[:, :2].min() >= 0, sketch.name
        assert points[:, :2].max() <= 1, sketch.name
        assert (np.diff(points[:, 2]) >= 0).all(), sketch.name
        assert 12 <= sketch.duration_s <= 32, sketch.name
