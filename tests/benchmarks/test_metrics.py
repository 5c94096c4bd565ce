import numpy as np
import pytest

from benchmarks.metrics import score


def _square(shift: int = 0) -> np.ndarray:
    mask = np.full((64, 64), 255, np.uint8)
    mask[20:40, 20 + shift : 40 + shift] = 0
    return mask


def test_score_identical_masks_is_perfect() -> None:
    found = score(_square(), _square())
    assert (found.f_measure, found.pseudo_f, found.drd) == (100.0, 100.0, 0.0)


def test_score_shifted_square_gives_the_values_of_the_definitions() -> None:
    found = score(_square(5), _square())
    # 15 of 20 columns are hit; 200 of 4096 pixels are wrong.
    assert found.f_measure == pytest.approx(75.0)
    assert found.psnr == pytest.approx(10 * np.log10(4096 / 200))


def test_score_one_wrong_pixel_far_from_ink_has_distortion_one_per_mixed_block() -> None:
    mask = _square()
    mask[5, 5] = 0
    # The outline of 20..40 crosses five blocks of 8×8 pixels; all neighbours of the pixel differ.
    assert score(mask, _square()).drd == pytest.approx(1 / 5)


def test_score_nothing_found_is_zero() -> None:
    found = score(np.full((64, 64), 255, np.uint8), _square())
    assert (found.f_measure, found.pseudo_f) == (0.0, 0.0)
