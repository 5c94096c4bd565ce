import cv2
import numpy as np
import pytest

from exhibit.contract.errors import InputError
from exhibit.ink.page import find_page, only_on, page_alone, straighten
from exhibit.ink.photograph import as_photograph
from exhibit.ink.still import binarise
from tests.exhibit.ink.photographs import CORNERS, doodle, lines_seen, on_desk

_LIGHT_WOOD, _DARK_WOOD, _BOARD = (120, 170, 195), (30, 50, 75), (90, 90, 90)


@pytest.mark.parametrize("desk", [_LIGHT_WOOD, _DARK_WOOD, _BOARD])
def test_find_page_sheet_on_any_desk_gives_its_corners(desk: tuple[int, int, int]) -> None:
    page = find_page(as_photograph(on_desk(doodle(), desk)))
    assert np.abs(page.corners - CORNERS).max() < 2.5


def test_find_page_grey_picture_of_light_wood_gives_its_corners() -> None:
    grey = cv2.cvtColor(on_desk(doodle(paper=205), (172, 172, 172)), cv2.COLOR_BGR2GRAY)
    page = find_page(as_photograph(grey))
    assert np.abs(page.corners - CORNERS).max() < 2.5


def test_find_page_frame_drawn_on_the_sheet_is_no_sheet() -> None:
    sheet = doodle()
    cv2.rectangle(sheet, (40, 30), (360, 285), 60, 4)
    page = find_page(as_photograph(on_desk(sheet, _LIGHT_WOOD)))
    assert np.abs(page.corners - CORNERS).max() < 2.5


def test_find_page_board_in_a_thick_frame_gives_the_board() -> None:
    pixels = np.full((480, 640), 140, np.uint8)
    cv2.rectangle(pixels, (60, 50), (580, 430), 20, -1)
    pixels[70:410, 80:560] = 215
    page = find_page(as_photograph(pixels))
    expected = [[79.5, 69.5], [559.5, 69.5], [559.5, 409.5], [79.5, 409.5]]
    assert np.abs(page.corners - expected).max() < 1.5


def test_find_page_nothing_but_paper_is_refused() -> None:
    with pytest.raises(InputError, match="no sheet found: expected paper"):
        find_page(as_photograph(doodle()))


def test_page_alone_dark_room_leaves_the_drawing_whole() -> None:
    sheet = doodle(width_px=2, ink=110)
    photograph = as_photograph(on_desk(sheet, (8, 8, 8)))
    page = find_page(photograph)
    alone, box = page_alone(photograph.gray, page)
    found = np.full_like(photograph.gray, 255)
    found[box] = binarise(alone)
    ink, truth = only_on(page, found) < 128, lines_seen(sheet, 160)
    near = cv2.dilate(truth.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (ink & truth).sum() > 0.85 * truth.sum()
    assert not (ink & ~near).any()


def test_find_page_finger_at_the_edge_cannot_be_read() -> None:
    sheet = cv2.merge([doodle()] * 3)
    cv2.line(sheet, (0, 250), (45, 240), (120, 150, 205), 34)
    photograph = as_photograph(on_desk(sheet, _DARK_WOOD))
    page = find_page(photograph)
    finger = (cv2.absdiff(photograph.gray, photograph.least) > 18) & (page.readable > 0)
    assert finger.sum() < 20
    assert (page.readable[lines_seen(doodle())] > 0).all()


@pytest.mark.parametrize("desk", [_LIGHT_WOOD, _DARK_WOOD, (140, 165, 185)])
def test_find_page_shadow_across_sheet_and_desk_hides_nothing(desk: tuple[int, int, int]) -> None:
    y, x = np.mgrid[0:480, 0:640]
    shade = 1 - 0.4 / (1 + np.exp(-(0.8 * x + y - 480) / 18))
    frame = np.asarray(on_desk(doodle(), desk) * shade[..., None], np.uint8)
    page = find_page(as_photograph(frame))
    assert np.abs(page.corners - CORNERS).max() < 3.0
    assert (page.readable[lines_seen(doodle())] > 0).mean() > 0.99


def test_find_page_black_pen_left_at_the_edge_cannot_be_read() -> None:
    sheet = cv2.merge([doodle()] * 3)
    cv2.line(sheet, (0, 250), (60, 235), (20, 20, 22), 26)
    page = find_page(as_photograph(on_desk(sheet, _LIGHT_WOOD)))
    pen = lines_seen(cv2.line(np.full((300, 400), 210, np.uint8), (8, 248), (50, 238), 20, 12))
    assert (page.readable[pen] == 0).all()


def test_find_page_filled_shape_inside_the_sheet_can_be_read() -> None:
    sheet = doodle()
    cv2.circle(sheet, (320, 90), 40, 60, -1)
    page = find_page(as_photograph(on_desk(sheet, _DARK_WOOD)))
    assert (page.readable[lines_seen(sheet)] > 0).all()


def test_straighten_sheet_seen_at_an_angle_fills_the_square() -> None:
    sheet = np.full((300, 400), 210, np.uint8)
    cv2.line(sheet, (200, 30), (200, 270), 60, 5)
    photograph = as_photograph(on_desk(sheet, _DARK_WOOD))
    page = find_page(photograph)
    square = straighten(page, only_on(page, binarise(photograph.gray)), 256)
    rows, columns = np.nonzero(square < 128)
    assert np.ptp(columns) < 12 and abs(columns.mean() - 128) < 6
    assert np.ptp(rows) > 100
