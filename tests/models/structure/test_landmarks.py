"""Landmarks belong to their drawings, or the file is refused."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("resvg_py")

from exhibit.contract.errors import InputError
from models.collection.portraits.factors import LANDMARKS
from models.directions.factorial import read_cells
from models.structure.landmarks import read_landmarks
from tests.models.redrawn import write_heads


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    return write_heads(tmp_path_factory.mktemp("factorial") / "heads")


def test_read_landmarks_follow_the_order_of_the_cells(heads):
    cells = read_cells(heads)
    found = read_landmarks(heads, cells)
    assert found.names == LANDMARKS
    assert found.points.shape == (90, 3, len(LANDMARKS))
    row = next(
        line
        for line in (heads / "landmarks.csv").read_text().splitlines()
        if line.startswith(f"{cells.files[1, 2, 0, 4]},nose-low,")
    )
    index = list(cells.files.ravel()).index(cells.files[1, 2, 0, 4])
    place = found.points[index, :, found.names.index("nose-low")]
    assert [f"{value:.5f}" for value in place] == row.split(",")[2:]


def test_without_leaves_out_a_part(heads):
    found = read_landmarks(heads, read_cells(heads)).without("hair", "head")
    assert not [name for name in found.names if name.startswith(("hair", "head"))]
    assert found.points.shape[-1] == len(found.names) == len(LANDMARKS) - 5


def test_read_landmarks_with_one_missing_is_refused(heads, tmp_path):
    text = (heads / "landmarks.csv").read_text().splitlines(keepends=True)
    (tmp_path / "landmarks.csv").write_text("".join(text[:-1]))
    with pytest.raises(InputError, match="expected the same landmarks of every drawing"):
        read_landmarks(tmp_path, read_cells(heads))


def test_read_landmarks_that_are_not_there_are_refused(heads, tmp_path):
    with pytest.raises(InputError, match="portraits --factors"):
        read_landmarks(tmp_path, read_cells(heads))


def test_read_landmarks_that_are_no_numbers_are_refused_by_line(heads, tmp_path):
    (tmp_path / "landmarks.csv").write_text("file,landmark,x,y,depth\na.png,chin,1,,2\n")
    with pytest.raises(InputError, match=r"line 2: .*; expected numbers as x, y, depth"):
        read_landmarks(tmp_path, read_cells(heads))
