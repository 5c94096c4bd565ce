import numpy as np
import pytest

from exhibit.recall.faces import is_face
from models.sketches.faces import random_face
from models.sketches.raster import draw_strokes


@pytest.mark.parametrize("seed", range(8))
def test_random_face_is_drawn_within_the_square_and_taken_for_one(seed: int) -> None:
    face = random_face(np.random.default_rng(seed))
    points = np.concatenate(face.strokes)
    assert points.min() > 0 and points.max() < 1
    assert len(face.marks) == 3
    assert is_face(draw_strokes(face.strokes, 256, 3.0))


def test_random_face_two_are_never_the_same() -> None:
    rng = np.random.default_rng(0)
    one, other = random_face(rng), random_face(rng)
    assert not np.allclose(one.strokes[0], other.strokes[0], atol=0.01)
