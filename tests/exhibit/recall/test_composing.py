import numpy as np

from exhibit.recall.composing import drawn_side, together
from tests.exhibit.recall import shapes


def test_together_without_pictures_is_paper() -> None:
    assert together([], 128).min() == 255


def test_together_lays_the_darker_over_the_lighter() -> None:
    both = together([shapes.house(), shapes.wave()], 256)
    np.testing.assert_array_equal(both, np.minimum(shapes.house(), shapes.wave()))
    assert not both.flags.writeable


def test_together_small_picture_is_drawn_fine_and_shrunk() -> None:
    assert drawn_side(128) == 256
    assert together([shapes.house()], 128).shape == (128, 128)
    assert drawn_side(512) == 512
