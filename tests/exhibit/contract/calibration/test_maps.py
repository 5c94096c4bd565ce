import numpy as np

from exhibit.contract.calibration import Calibration
from exhibit.contract.calibration.maps import square_to_table


def test_square_to_table_encloses_the_sheet_around_its_middle() -> None:
    square = square_to_table(Calibration(table_mm=(297.0, 210.0)))
    corners = square @ np.array([[0, 1], [0, 1], [1, 1]])
    assert np.allclose(corners[:2].T, [[0, -43.5], [297, 253.5]])
