from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from calibration.boards import BOARDS, Board
from calibration.markers import board_dictionary
from calibration.pages import board_page
from calibration.papers import PAPERS
from calibration.sightings import find_board, require_board, turn, why_none
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import project
from exhibit.contract.printed import Page
from exhibit.contract.values import Gray
from tests.calibration.sheets import A3, A4, seen, table_to_frame

TO_FRAME = table_to_frame(A4)
PAGE = board_page(A4)


def _page_of(board: Board) -> Page:
    return Page(board.paper.width_mm, board.paper.height_mm, board.black(), [])


@pytest.mark.parametrize("name", list(PAPERS))
def test_find_board_of_every_paper_finds_its_corners_without_a_shift(name: str) -> None:
    paper = PAPERS[name]
    to_frame = table_to_frame(paper)
    sighting = find_board(seen((board_page(paper), to_frame)))
    assert sighting is not None
    assert sighting.board is BOARDS[name]
    assert len(sighting.ids) == 77
    off = sighting.corners - project(to_frame, sighting.corners_mm)
    # Half a pixel was the fault of OpenCV 4.12 and 4.13.
    assert np.abs(off.mean(axis=0)).max() < 0.2
    assert np.sqrt((off**2).sum(axis=1).mean()) < 0.3


def test_find_board_of_the_pattern_before_4_6_is_told_apart() -> None:
    """The wrong pattern gives all markers, no corner and no error."""
    old = replace(BOARDS["a4"], legacy=True)
    sighting = find_board(seen((_page_of(old), TO_FRAME)))
    assert sighting is not None
    assert sighting.board.legacy
    off = sighting.corners - project(TO_FRAME, sighting.corners_mm)
    assert np.sqrt((off**2).sum(axis=1).mean()) < 0.3


def test_no_marker_of_a_board_is_read_in_a_mirror() -> None:
    """The side of the view is told by whole boards; ids that survive a mirror must not decide."""
    frame = seen((PAGE, TO_FRAME))
    assert find_board(turn(frame, True)) is None
    assert "seen in a mirror: camera.mirrored is true" in why_none([frame], mirrored=True)


def test_why_none_markers_that_survive_a_mirror_do_not_decide() -> None:
    markers = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    frame = np.full((480, 640), 180, np.uint8)
    for index, number in enumerate((8, 9, 17, 47)):
        tile = cv2.aruco.generateImageMarker(markers, number, 90)
        frame[180:270, 60 + 140 * index : 150 + 140 * index] = np.clip(tile, 20, 180)
    told = why_none([frame], mirrored=True)
    assert "a mirror" not in told
    assert "other markers is seen (DICT_4X4_250)" in told


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (range(4, 8), "a sheet of an earlier version (A3) seen"),
        (range(8), "2 sheets of an earlier version (A4 and A3) seen"),
    ],
)
def test_why_none_sheets_of_before_are_named_on_paper_that_is_white(
    numbers: range, told: str
) -> None:
    """White paper without detail is no glare while its markers are seen."""
    markers = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    frame = np.full((480, 900), 255, np.uint8)
    for index, number in enumerate(numbers):
        tile = cv2.aruco.generateImageMarker(markers, number, 80)
        frame[180:260, 20 + 110 * index : 100 + 110 * index] = tile
    assert why_none([frame], mirrored=False).startswith(told)


def _beside(page: Page, other: Page) -> Gray:
    """Return a frame of two boards, each partly outside of it."""
    near = np.array([[0.85, 0, -90], [0, 0.85, 10], [0, 0, 1.0]])
    far = np.array([[0.85, 0, 165], [0, 0.85, 10], [0, 0, 1.0]])
    return seen((page, TO_FRAME @ near), (other, TO_FRAME @ far))


def test_why_none_two_copies_of_a_board_are_named() -> None:
    frame = _beside(PAGE, PAGE)
    assert find_board(frame) is None
    assert "two boards are seen (A4)" in why_none([frame], mirrored=False)


def test_why_none_boards_of_two_papers_are_named() -> None:
    letter = board_page(PAPERS["letter"])
    frame = _beside(PAGE, letter)
    assert find_board(frame) is None
    assert "two boards are seen (A4 and LETTER)" in why_none([frame], mirrored=False)


def test_why_none_glare_is_named() -> None:
    frame = seen((PAGE, TO_FRAME))
    frame[60:420, 120:600] = 255
    assert "glare hides the board: " in why_none([frame], mirrored=False)


def test_why_none_nothing_on_the_table_says_how_many_markers() -> None:
    told = why_none([np.full((480, 640), 90, np.uint8)], mirrored=False)
    assert told.startswith("at most 0 of the board's 48 markers were seen")


def test_why_none_of_our_markers_in_another_order_names_the_pattern() -> None:
    """OpenCV finds all markers of such a board, no corner, and says nothing at all."""
    own = BOARDS["a4"]
    ids = np.array(own.ids[::-1], np.int32)
    other = cv2.aruco.CharucoBoard((12, 8), 22, 16.5, board_dictionary(), ids)
    page = np.clip(other.generateImage((540, 360)), 20, 180)
    frame = np.full((480, 640), 180, np.uint8)
    frame[60:420, 50:590] = page
    assert find_board(frame) is None
    told = why_none([frame], mirrored=False)
    assert told.startswith("48 of the board's markers are seen, but fewer than 12 corners")
    assert "squares are of another pattern" in told


def test_require_board_that_changes_on_the_way_is_refused() -> None:
    frames = [seen((PAGE, TO_FRAME)), seen((board_page(A3), table_to_frame(A3)))]
    with pytest.raises(CalibrationError, match="saw the boards A3 and A4"):
        require_board(frames, mirrored=False)
