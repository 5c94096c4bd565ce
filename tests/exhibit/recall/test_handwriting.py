import cv2
import numpy as np
import pytest

pytest.importorskip("HersheyFonts", reason="letters come with the offline module")

from exhibit.recall.handwriting import in_pen_line, is_handwriting, statistics, writing
from models.sketches.framing import Placement
from models.sketches.raster import table_ink
from models.sketches.writing import FIRST_NAMES, PRINTED, SCRIPT, placed_writing
from tests.exhibit.recall import shapes


def ink_of(lines: list[str], font: str, extent: float = 0.7) -> np.ndarray:
    rng = np.random.default_rng(len(lines[0]))
    return table_ink(placed_writing(lines, font, Placement(extent), rng), 128, 1.5, 1.5)


@pytest.mark.parametrize("font", [*PRINTED, *SCRIPT])
def test_writing_first_names_are_handwriting(font: str) -> None:
    told = [is_handwriting(ink_of([name], font)) for name in FIRST_NAMES]
    assert sum(told) >= 19


@pytest.mark.parametrize("font", [*PRINTED, *SCRIPT])
def test_writing_page_of_it_is_handwriting(font: str) -> None:
    assert is_handwriting(ink_of(["There was an Old Man", "with a beard who said", "It is"], font))


@pytest.mark.parametrize("side", [64, 128, 256])
def test_writing_same_word_in_any_size_of_ink_is_handwriting(side: int) -> None:
    ink = cv2.resize(ink_of(["Museum"], "scripts"), (side, side), interpolation=cv2.INTER_AREA)
    assert is_handwriting(np.asarray(ink, np.uint8))


@pytest.mark.parametrize("drawing", [shapes.ring(), shapes.house(), shapes.hatching()])
def test_writing_drawings_are_none(drawing: np.ndarray) -> None:
    assert not is_handwriting(drawing)


@pytest.mark.parametrize("ink", [shapes.blank(128), np.zeros((128, 128), np.uint8)])
def test_writing_paper_and_full_black_are_none(ink: np.ndarray) -> None:
    assert writing(ink) < 0.5


def test_statistics_of_one_dot_are_none() -> None:
    dot = shapes.blank(128)
    dot[60:64, 60:64] = 0
    assert statistics(dot) is None


@pytest.mark.parametrize("side", [64, 128, 256])
def test_in_pen_line_keeps_every_line_where_it_was_written(side: int) -> None:
    ink = ink_of(["Edward"], "futural")
    drawn = in_pen_line(ink, side)
    assert drawn.shape == (side, side)
    back = cv2.resize(drawn, (128, 128), interpolation=cv2.INTER_LINEAR)
    assert np.corrcoef(back.ravel(), ink.ravel())[0, 1] > 0.8
