"""Splitting must neither lose an eye nor keep a signature."""

import cv2
import numpy as np

from models.collection.cutting import cut_page, cut_rectangle, square
from models.collection.figures import FIGURE_SPACING, Spacing, isolate, split
from models.collection.linework import ink_mask
from tests.models.collection.drawings import blank_page, draw_face, draw_house, face_and_house


def test_split_two_figures_gives_both_in_reading_order() -> None:
    parts = split(ink_mask(face_and_house()), FIGURE_SPACING)
    assert [part.box.left < 200 for part in parts] == [True, False]


def test_split_keeps_the_eyes_in_their_face() -> None:
    page = blank_page()
    draw_face(page, 200, 120, radius=80)
    (face,) = split(ink_mask(page), FIGURE_SPACING)
    assert np.count_nonzero(face.ink) == np.count_nonzero(ink_mask(page))


def test_split_leaves_out_a_speck_far_from_every_figure() -> None:
    page = face_and_house()
    cv2.circle(page, (200, 280), 3, 0, -1)
    parts = split(ink_mask(page), FIGURE_SPACING)
    assert len(parts) == 2
    assert all(part.box.bottom < 275 for part in parts)


def test_split_of_a_blank_page_gives_nothing() -> None:
    assert split(np.zeros((50, 60), bool), FIGURE_SPACING) == []


def test_split_with_wide_spacing_keeps_a_drawing_of_two_figures_whole() -> None:
    parts = split(ink_mask(face_and_house()), Spacing(reach=0.2, join=0.2))
    assert len(parts) == 1


def test_isolate_whitens_the_neighbour_inside_the_box() -> None:
    page = blank_page()
    cv2.line(page, (20, 20), (20, 280), 0, 3)
    cv2.line(page, (20, 280), (380, 280), 0, 3)
    draw_house(page, 200, 120)
    corner = max(split(ink_mask(page), FIGURE_SPACING), key=lambda part: part.ink.size)
    alone = isolate(page, corner)
    assert corner.box.width > 300
    assert (alone[20:200, 100:] == 255).all()
    assert alone.min() == 0


def test_cut_page_cuts_figures_on_one_ground_line_apart() -> None:
    page = blank_page()
    draw_face(page, 90, 100)
    draw_house(page, 250, 110)
    cv2.line(page, (10, 202), (390, 202), 0, 2)
    figures = cut_page(page, "figure", 0.1)
    assert [figure.box.left < 200 for figure in figures] == [True, False]
    assert all(figure.box.width < 160 for figure in figures)


def test_cut_page_keeps_an_arm_that_reaches_out_high() -> None:
    page = blank_page()
    draw_face(page, 90, 100)
    cv2.line(page, (135, 100), (330, 95), 0, 3)
    (figure,) = cut_page(page, "figure", 0.1)
    assert figure.box.right > 325


def test_cut_page_by_drawing_keeps_the_sheet_whole_and_splits_at_wide_gutters() -> None:
    sheet = face_and_house()
    assert len(cut_page(sheet, "drawing", 0.3)) == 1
    two_sheets = np.vstack([sheet, np.full((200, 400), 255, np.uint8), sheet])
    assert len(cut_page(two_sheets, "drawing", 0.2)) == 2


def test_square_pads_or_crops_to_the_resolution() -> None:
    cut = max(cut_page(face_and_house(), "figure", 0.1), key=lambda cut: cut.box.height)
    padded, cropped = square(cut, "pad", 64), square(cut, "crop", 64)
    assert padded.shape == cropped.shape == (64, 64)
    assert (padded[:3] == 255).all()
    assert (padded < 128).mean() < (cropped < 128).mean()


def test_cut_rectangle_takes_everything_inside() -> None:
    page = face_and_house()
    (box,) = {cut.box for cut in cut_page(page, "drawing", 1.0)}
    assert np.array_equal(
        cut_rectangle(page, box).grey, page[box.top : box.bottom, box.left : box.right]
    )
