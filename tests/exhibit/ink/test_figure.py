"""What is drawn must be found filled and whole, and nothing where nobody drew."""

import cv2
import numpy as np
import pytest

from exhibit.contract.values import Gray, Ink
from exhibit.ink.figure import Figure, figure_of

SIZE, SIDE = 256, 32


def paper() -> Gray:
    return np.full((SIZE, SIZE), 255, np.uint8)


def ring(gap_px: int = 0) -> Gray:
    lines = paper()
    cv2.circle(lines, (128, 128), 60, 0, 3)
    if gap_px:
        lines[60:80, 128 : 128 + gap_px] = 255
    return lines


def test_figure_of_blank_paper_is_nothing() -> None:
    assert not figure_of(paper(), paper(), SIDE).any()


@pytest.mark.parametrize("gap_px", [0, 8])
def test_figure_of_an_outline_is_all_that_it_encloses_also_with_a_gap(gap_px: int) -> None:
    found = figure_of(ring(gap_px), paper(), SIDE)
    assert found.shape == (SIDE, SIDE) and found.dtype == np.float32
    assert found[16, 16] == 1 and found[16, 10] == 1
    assert found[2, 2] == 0 and found[16, 2] == 0


def test_figure_of_a_line_is_a_place_wide_and_encloses_nothing() -> None:
    lines = paper()
    cv2.line(lines, (20, 128), (236, 128), 0, 3)
    found = figure_of(lines, paper(), SIDE)
    assert found[:, 16].max() > 0.7
    assert found.sum(axis=0)[16] < 2.5


def test_figure_of_a_line_at_the_edge_does_not_enclose_the_corner() -> None:
    lines = paper()
    cv2.line(lines, (0, 60), (60, 0), 0, 3)
    assert figure_of(lines, paper(), SIDE)[0, 0] == 0


def test_figure_of_mass_alone_is_found() -> None:
    mass = paper()
    mass[100:140, 100:140] = 0
    assert figure_of(paper(), mass, SIDE)[15, 15] == 1


def test_figure_looks_at_the_ink_that_is_answered() -> None:
    at_rest = Ink.at_rest(paper(), paper())
    seen = Ink(0, 0.0, ring(), paper(), paper(), paper(), paper(), at_rest.hand, None, None, 0.1)
    figure = Figure(SIDE)
    assert not figure(seen).any()
    figure.configure("live")
    assert figure(seen)[16, 16] == 1
