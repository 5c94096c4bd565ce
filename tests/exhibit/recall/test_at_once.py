import numpy as np
import pytest

pytest.importorskip("HersheyFonts", reason="letters come with the offline module")

from exhibit.contract.values import Find
from exhibit.recall import Memory
from exhibit.recall.at_once import recall_at_once
from models.sketches.framing import Placement
from models.sketches.raster import table_ink
from models.sketches.writing import placed_writing
from tests.exhibit.recall import shapes


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory.of([shapes.ring(), shapes.house()])


def placed(scale: float, x: float) -> Find:
    return Find(0, False, scale, np.array([x, x], np.float32), 0.0)


def test_recall_at_once_blank_finds_nothing(memory: Memory) -> None:
    assert recall_at_once(memory, shapes.blank(128), 128) is None


@pytest.mark.parametrize("side", [64, 128, 256])
def test_recall_at_once_drawing_is_found_at_any_size_of_picture(memory: Memory, side: int) -> None:
    found = recall_at_once(memory, shapes.laid(shapes.house(), placed(0.9, 0.05)), side)
    assert [find.drawing for find in found.finds] == [1]
    assert found.picture.shape == (side, side)


def test_recall_at_once_word_beside_a_drawing_is_kept_and_the_drawing_found(memory: Memory) -> None:
    word = placed_writing(
        ["Edward"], "scripts", Placement(0.5, (0.7, 0.85)), np.random.default_rng(0)
    )
    ink = table_ink(word, 128, 1.5, 1.5)
    both = np.minimum(ink, shapes.laid(shapes.house(), placed(0.6, 0.02)))
    found = recall_at_once(memory, both, 128)
    assert [find.drawing for find in found.finds] == [1]
    lower = np.s_[96:]
    assert np.corrcoef(found.picture[lower].ravel(), ink[lower].ravel())[0, 1] > 0.9
