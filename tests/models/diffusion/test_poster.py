"""An enlarged drawing must be ink and paper where the small one is, and lose no thin line."""

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from models.diffusion.poster import inked


def small(width: float) -> np.ndarray:
    """A line and a disc, drawn large and shrunk to 64 px."""
    large = np.full((1024, 1024), 255, np.uint8)
    cv2.line(large, (200, 200), (800, 300), 0, round(16 * width))
    cv2.circle(large, (500, 650), 160, 0, -1)
    return cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA)


def test_inked_is_ink_and_paper_with_narrow_edges() -> None:
    found = inked(small(1.5), 512)
    assert found.shape == (512, 512)
    assert ((found < 30) | (found > 225)).mean() > 0.97
    assert found[325, 250] == 0
    assert found[10, 10] == 255


@pytest.mark.parametrize("width", [0.7, 1.5])
def test_inked_keeps_thin_lines_whole(width: float) -> None:
    found = inked(small(width), 512)
    columns = range(120, 380, 10)
    along = [found[int(100 + (x - 100) / 6) - 6 : int(100 + (x - 100) / 6) + 7, x] for x in columns]
    assert all(part.min() < 128 for part in along)


def test_inked_follows_the_shape_of_the_small_drawing() -> None:
    found = inked(small(1.5), 512) < 128
    wanted = cv2.resize(small(1.5), (512, 512), interpolation=cv2.INTER_CUBIC) < 128
    disc = np.s_[230:420, 160:340]
    assert (found[disc] != wanted[disc]).mean() < 0.02


def test_inked_paper_stays_paper() -> None:
    assert (inked(np.full((64, 64), 250, np.uint8), 128) == 255).all()
