import numpy as np
import pytest

from exhibit.contract.geometry import homography, rectangle
from exhibit.contract.handedness import determinant, inverse, keeps_handedness

QUAD = np.array([[10, 20], [600, 35], [580, 390], [30, 350]], np.float64)


@pytest.mark.parametrize(
    ("order", "kept"), [([0, 1, 2, 3], True), ([1, 0, 3, 2], False), ([0, 1, 3, 2], False)]
)
def test_keeps_handedness_refuses_flips_and_folds(order: list[int], kept: bool) -> None:
    matrix = homography(rectangle(420, 297), QUAD[order]).tolist()
    assert keeps_handedness(matrix, 420, 297) is kept


def test_keeps_handedness_refuses_a_map_that_sends_a_corner_nowhere() -> None:
    assert not keeps_handedness(((1, 0, 0), (0, 1, 0), (1, 0, 0)), 420, 297)


def test_determinant_and_inverse_are_those_of_numpy() -> None:
    matrix = homography(rectangle(420, 297), QUAD)
    rows = matrix.tolist()
    assert determinant(rows) == pytest.approx(np.linalg.det(matrix))
    np.testing.assert_allclose(inverse(rows), np.linalg.inv(matrix), rtol=1e-9, atol=1e-12)
