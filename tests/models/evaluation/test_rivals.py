import pytest

torch = pytest.importorskip("torch")

from models.evaluation.rivals import Retrieval  # noqa: E402
from models.sketches.raster import draw_strokes, table_ink  # noqa: E402
from tests.models.sketches.shapes import arc  # noqa: E402


def test_retrieval_finds_the_drawing_that_was_traced():
    drawings = [draw_strokes([arc(start)], 128, 2.0) for start in (0.0, 1.5, 3.0, 4.5)]
    inks = [table_ink([arc(start)], 128, 1.5, 1.5) for start in (3.0, 0.0)]
    assert Retrieval(drawings).nearest(inks) == [2, 0]
