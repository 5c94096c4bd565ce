"""What is taken home is ink over the answer, as large as the paper, with its words."""

import cv2
import numpy as np
import pytest

from exhibit.takehome.page import PAPERS_MM, PIXELS_PER_MM, Drawn, compose

WHITE = np.full((64, 64), 255, np.uint8)


def _with_line(row: int) -> np.ndarray:
    pixels = WHITE.copy()
    pixels[row : row + 4, 8:56] = 0
    return pixels


@pytest.mark.parametrize("paper", list(PAPERS_MM))
def test_page_has_the_size_of_its_paper(paper: str) -> None:
    page = compose(Drawn(WHITE, WHITE), paper, "#000000")
    width, height = PAPERS_MM[paper]
    assert page.shape == (round(height * PIXELS_PER_MM), round(width * PIXELS_PER_MM), 3)
    assert (page == 255).all()


def test_page_shows_ink_in_its_colour_over_the_picture() -> None:
    page = compose(Drawn(_with_line(16), _with_line(40)), "A6", "#2040c0")
    blue = (page == (0x20, 0x40, 0xC0)).all(axis=2)
    black = (page < 60).all(axis=2)
    assert blue.sum() > 10_000
    assert black.sum() > 10_000
    assert np.nonzero(blue)[0].max() < np.nonzero(black)[0].min()
    both = compose(Drawn(_with_line(16), _with_line(16)), "A6", "#2040c0")
    # Under the ink the answer is not seen; the enlarger's edges may be a little wider.
    assert (both == (0x20, 0x40, 0xC0)).all(axis=2).sum() > 0.9 * blue.sum()


def test_page_lies_as_the_visitor_sees_it() -> None:
    ink = WHITE.copy()
    ink[4:20, 4:12] = 0  # upper left
    page = compose(Drawn(ink, WHITE), "A6", "#000000")
    rows, columns = np.nonzero((page < 60).all(axis=2))
    assert columns.max() < page.shape[1] / 2
    assert rows.max() < page.shape[0] / 2


def test_page_writes_the_museums_line_and_the_credit_inside_the_margins() -> None:
    texts = ("Nasjonalmuseet, Øst", ("after Edward Lear", "A very long title " * 12))
    page = compose(Drawn(WHITE, WHITE, *texts), "A6", "#000000")
    rows, columns = np.nonzero((page < 200).any(axis=2))
    height, width = page.shape[:2]
    assert rows.min() > width  # under the square
    margin = 0.05 * width
    assert margin < columns.min() < columns.max() < width - margin
    assert rows.max() < height - 0.02 * height


def test_page_of_a_coloured_answer_keeps_its_colours() -> None:
    picture = cv2.merge([_with_line(40), WHITE, WHITE])
    page = compose(Drawn(WHITE, np.asarray(picture, np.uint8)), "A6", "#000000")
    assert ((page[:, :, 0] < 60) & (page[:, :, 1] > 200)).sum() > 5000
