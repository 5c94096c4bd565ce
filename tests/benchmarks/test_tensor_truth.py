"""What is known of drawn heads must be told where a move arrives, and not where it does not."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from benchmarks.tensor_truth import landmark_codes, told_of_codes
from models.collection.portraits.factors import LANDMARKS, YAWS_DEG
from models.directions.factorial import Cells, Factorial, read_cells
from tests.models.directions.test_tensor import additive


def test_moves_of_additive_codes_arrive_whoever_is_moved() -> None:
    heads, _ = additive(40, people=10)
    table = told_of_codes(heads.people(slice(-4)), heads.people(slice(-4, None)))
    assert table["unmoved"]["expression told"] == 0
    assert table["unmoved"]["left, yaw"] == 1
    for method in ("truth", "tensor, slope"):
        assert table[method]["expression told"] == table[method]["yaw told"] == 1
        assert table[method]["who told"] == 1
        assert table[method]["left, yaw"] < 0.1


def test_landmark_codes_are_places_in_percent_of_the_side(tmp_path: Path) -> None:
    labels, points = ["file,who,expression,intensity,yaw_deg"], ["file,landmark,x,y,depth"]
    for index, yaw in enumerate(YAWS_DEG):
        labels.append(f"{index}.png,0,happy,1.000,{yaw:g}")
        points += [f"{index}.png,{name},0.25,0.5,0.1" for name in LANDMARKS]
    (tmp_path / "labels.csv").write_text("\n".join(labels))
    (tmp_path / "landmarks.csv").write_text("\n".join(points))
    cells = read_cells(tmp_path)
    found: Factorial = landmark_codes(cells, tmp_path)
    assert isinstance(cells, Cells)
    assert found.codes.shape == (1, 1, 1, 5, 1, 2 * len(LANDMARKS))
    np.testing.assert_allclose(np.unique(found.codes), [25, 50])
