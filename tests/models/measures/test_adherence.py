import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.measures.adherence import following  # noqa: E402
from models.sketches.raster import table_ink  # noqa: E402
from tests.models.sketches.shapes import arc  # noqa: E402

INK = table_ink([arc(0.0)], 128, 1.5, 1.5)


def test_following_ink_itself_has_adherence_and_precision_one():
    found = following(INK, INK)
    assert found.adherence == pytest.approx(1)
    assert found.precision == pytest.approx(1)


def test_following_black_picture_recalls_everything_and_gains_nothing():
    found = following(INK, np.zeros((128, 128), np.uint8))
    assert found.recall == 1
    assert found.adherence == pytest.approx(0)
    assert found.ink_share == 1


def test_following_blank_picture_is_zero():
    found = following(INK, np.full((128, 128), 255, np.uint8))
    assert (found.recall, found.precision, found.ink_share) == (0, 0, 0)


def test_following_reach_is_three_pixels_at_256():
    ink = np.full((256, 256), 255, np.uint8)
    ink[100, 40:200] = 0
    near, far = ink.copy(), ink.copy()
    near[:], far[:] = 255, 255
    near[103, 40:200] = 0
    far[104, 40:200] = 0
    assert following(ink, near).recall == 1
    assert following(ink, far).recall == 0
