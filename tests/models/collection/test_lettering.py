"""Captions must not become figures, and figures must not be taken for captions."""

import cv2
import numpy as np

from models.collection.cutting import cut_page
from models.collection.lettering import is_empty_frame, is_ruled_frame, lettering_mask
from models.collection.linework import ink_mask
from tests.models.collection.drawings import blank_page, draw_face, face_and_house


def test_lettering_mask_finds_a_caption_and_spares_the_drawing() -> None:
    drawing = face_and_house()
    page = drawing.copy()
    cv2.putText(page, "THE OLD MAN", (60, 285), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2)
    lettering = lettering_mask(ink_mask(page))
    caption = ink_mask(page) & ~ink_mask(drawing)
    assert (lettering & caption).sum() > 0.9 * caption.sum()
    assert not (lettering & ink_mask(drawing)).any()


def test_cut_page_with_a_caption_gives_the_figures_alone() -> None:
    page = face_and_house()
    cv2.putText(page, "PAGE 12 OF 34", (60, 285), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
    assert len(cut_page(page, "figure", 0.1)) == 2
    assert all(cut.box.bottom < 260 for cut in cut_page(page, "figure", 0.1))


def test_lettering_mask_finds_a_page_number_alone_at_the_foot() -> None:
    page = np.vstack([face_and_house(), blank_page(160)])
    cv2.putText(page, "12", (190, 445), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1)
    lettering = lettering_mask(ink_mask(page))
    assert lettering[430:].sum() == ink_mask(page)[430:].sum() > 0
    assert not lettering[:430].any()


def test_lettering_mask_spares_a_name_on_a_thing_that_is_drawn() -> None:
    page = blank_page()
    cv2.ellipse(page, (200, 150), (150, 90), 0, 0, 360, 0, 3)
    cv2.putText(page, "GRUEL SOUP", (110, 160), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    assert not lettering_mask(ink_mask(page)).any()


def test_lettering_mask_of_people_in_a_row_is_empty() -> None:
    page = blank_page()
    for x in range(50, 390, 65):
        draw_face(page, x, 120, radius=22)
    assert not lettering_mask(ink_mask(page)).any()


def test_lettering_mask_of_a_row_of_slanted_strokes_is_empty() -> None:
    page = blank_page()
    for x in range(40, 340, 12):
        cv2.line(page, (x, 200 + (x % 5) * 9), (x + 2, 150 + (x % 7) * 9), 0, 2)
    assert not lettering_mask(ink_mask(page)).any()


def test_is_ruled_frame_knows_a_frame_from_a_figure() -> None:
    framed = np.zeros((100, 140), bool)
    framed[[0, 1, -1, -2]] = framed[:, [0, 1, -1, -2]] = True
    assert is_ruled_frame(framed)
    rows, columns = np.ogrid[:100, :140]
    ellipse = abs(((rows - 50) / 49) ** 2 + ((columns - 70) / 69) ** 2 - 0.95) < 0.05
    assert not is_ruled_frame(ellipse)


def test_is_empty_frame_knows_frames_with_nothing_inside_and_spares_framed_figures() -> None:
    framed = blank_page()
    cv2.rectangle(framed, (5, 5), (394, 294), 0, 3)
    assert is_empty_frame(ink_mask(framed)[4:297, 4:397])
    ornamental = blank_page()
    for x in range(12, 390, 12):
        cv2.circle(ornamental, (x, 14), 9, 0, 2)
        cv2.circle(ornamental, (x, 286), 9, 0, 2)
    for y in range(14, 290, 12):
        cv2.circle(ornamental, (14, y), 9, 0, 2)
        cv2.circle(ornamental, (386, y), 9, 0, 2)
    assert is_empty_frame(ink_mask(ornamental)[4:297, 2:397])
    draw_face(framed, 200, 120)
    draw_face(ornamental, 200, 120)
    assert not is_empty_frame(ink_mask(framed)[4:297, 4:397])
    assert not is_empty_frame(ink_mask(ornamental)[4:297, 2:397])
    rows, columns = np.ogrid[:100, :140]
    ellipse = abs(((rows - 50) / 49) ** 2 + ((columns - 70) / 69) ** 2 - 0.95) < 0.05
    assert not is_empty_frame(ellipse)
