from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.collection import building, curation
from models.collection.boxes import Box
from models.collection.details import heads_of
from tests.models.collection.boxes_of_scans import run_prepare
from tests.models.collection.drawings import blank_page


def draw_man(page: NDArray[np.uint8], x: int, top: int, face: bool = True) -> None:
    """A head of 60 px over a neck of 24 px and a coat, 220 px high."""
    cv2.circle(page, (x, top + 30), 30, 0, 2)
    if face:
        for side in (-10, 10):
            cv2.circle(page, (x + side, top + 24), 4, 0, -1)
        cv2.ellipse(page, (x, top + 40), (12, 6), 0, 0, 180, 0, 3)
    coat = [(x - 12, top + 55), (x - 12, top + 72), (x - 45, top + 90), (x - 50, top + 220)]
    points = coat + [(2 * x - column, row) for column, row in reversed(coat)]
    cv2.polylines(page, [np.array(points)], True, 0, 2)
    cv2.line(page, (x, top + 80), (x, top + 215), 0, 2)


def ink_of(page: NDArray[np.uint8]) -> NDArray[np.bool_]:
    rows, columns = np.nonzero(page < 128)
    return (page < 128)[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def test_heads_of_man_is_his_head() -> None:
    page = blank_page()
    draw_man(page, 200, 40)
    (head,) = heads_of(ink_of(page))
    # The coat begins at column 0 and reaches 100 px; the head is in its middle, at the top.
    assert head.top == 0 and 50 <= head.bottom <= 85
    assert abs((head.left + head.right) / 2 - 50) <= 3
    assert 58 <= head.width <= 75


def test_heads_of_two_men_are_two_heads() -> None:
    page = blank_page(width=500)
    draw_man(page, 150, 40)
    draw_man(page, 245, 60)
    middles = [(head.left + head.right) / 2 for head in heads_of(ink_of(page))]
    assert middles == pytest.approx([50, 145], abs=4)


def test_heads_of_egg_are_none() -> None:
    page = blank_page()
    cv2.ellipse(page, (200, 150), (70, 100), 0, 0, 360, 0, 2)
    cv2.line(page, (180, 100), (220, 200), 0, 3)
    assert heads_of(ink_of(page)) == []


def test_heads_of_bare_outline_are_none() -> None:
    page = blank_page()
    draw_man(page, 200, 40, face=False)
    assert heads_of(ink_of(page)) == []


def test_heads_of_small_man_are_none() -> None:
    page = blank_page()
    draw_man(page, 200, 40)
    half = cv2.resize(page, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    assert heads_of(ink_of(half)) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scans = tmp_path / "scans"
    scans.mkdir()
    page = blank_page()
    draw_man(page, 200, 40)
    cv2.imwrite(str(scans / "man.png"), page)
    target = tmp_path / "set"
    limits = ("--line-width", "0.5", "16")
    assert run_prepare(scans, "-o", target, *limits, "--details", "heads").exit_code == 0
    return target


def test_prepare_details_head_is_an_item_that_names_its_figure(folder: Path) -> None:
    man, head = curation.read_csv(folder / curation.FILE_NAME)
    assert (man.item, man.detail_of) == ("man_1", "")
    assert (head.item, head.detail_of, head.decision) == ("man_1-head1", "man_1", "keep")
    assert man.box.holds(head.box)
    items = building.dataset.read_description(folder)["items"]
    assert [item.get("detail_of") for item in items] == [None, "man_1"]
    picture = cv2.imread(str(folder / "images" / "man_1-head1.png"), cv2.IMREAD_GRAYSCALE)
    rows = np.flatnonzero((picture < 128).any(axis=1))
    assert np.ptp(rows) > 0.75 * len(picture)


def test_prepare_again_obeys_a_curator_who_bars_a_head(folder: Path) -> None:
    man, head = curation.read_csv(folder / curation.FILE_NAME)
    text = curation.to_csv([man, head.decided("drop")])
    (folder / curation.FILE_NAME).write_text(text)
    assert run_prepare(folder).exit_code == 0
    assert (folder / curation.FILE_NAME).read_text() == text
    assert not (folder / "images" / "man_1-head1.png").exists()


def test_prepare_details_of_an_older_data_set_are_added(folder: Path) -> None:
    man, head = curation.read_csv(folder / curation.FILE_NAME)
    (folder / curation.FILE_NAME).write_text(curation.to_csv([man]))
    assert run_prepare(folder).exit_code == 0
    assert curation.read_csv(folder / curation.FILE_NAME) == [man, head]


def test_box_holds_only_what_lies_within() -> None:
    assert Box(0, 0, 9, 9).holds(Box(0, 2, 9, 8))
    assert not Box(0, 0, 9, 9).holds(Box(0, 2, 10, 8))
