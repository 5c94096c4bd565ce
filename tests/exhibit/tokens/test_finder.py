"""A marker is read through the paper and in a mirror, and nothing else is ever taken for one."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.contract import token_card
from exhibit.contract.values import Frame, Gray, TokenTruth
from exhibit.tokens.finder import MarkerFinder


def _page(number: int, dictionary: str = token_card.DICTIONARY) -> Gray:
    """A frame with one marker, 75 pixels wide, as its reader sees it."""
    markers = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary))
    page = np.full((480, 640), 200, np.uint8)
    page[200:275, 300:375] = np.maximum(markers.generateImageMarker(number, 75), 40)
    return page


def _resting(table: SimulatedTable, number: int = 1) -> tuple[Frame, TokenTruth]:
    """A frame in which a token lies still and no hand is near it, and the truth about it."""
    visit = table.visit_at(0.0)
    token = next(token for token in visit.tokens if token.number == number)
    frame = table.frame_at(token.from_s + 2.4)
    assert frame.truth is not None
    (truth,) = frame.truth.tokens
    assert truth.rests
    return frame, truth


@pytest.mark.parametrize("mirrored", [False, True])
def test_finder_gives_corners_as_the_reader_sees_them(mirrored: bool) -> None:
    page = _page(7)
    seen = np.asarray(cv2.flip(page, 1), np.uint8) if mirrored else page
    (found,) = MarkerFinder(mirrored).find(seen)
    expected = np.array([[300, 200], [375, 200], [375, 275], [300, 275.0]])
    if mirrored:
        expected[:, 0] = 640 - expected[:, 0]
    assert found.number == 7
    assert np.abs(found.corners - expected).max() < 3


def test_finder_finds_no_marker_of_ours_in_a_mirror_that_nobody_declared() -> None:
    for number in range(token_card.IDS):
        page = _page(number)
        assert [found.number for found in MarkerFinder(False).find(page)] == [number]
        assert MarkerFinder(True).find(page) == []


def test_finder_takes_marks_of_calibration_for_no_token() -> None:
    finder = MarkerFinder(False)
    found = [finder.find(_page(number, "DICT_4X4_50")) for number in range(50)]
    assert not any(found)


@pytest.mark.parametrize("name", list(DIFFICULTIES))
@pytest.mark.parametrize("polarity", ["bright", "dark"])
def test_finder_reads_a_token_through_the_paper(name: str, polarity: str) -> None:
    conditions = replace(DIFFICULTIES[name], tokens=1)
    table = SimulatedTable(conditions, 3, polarity=polarity)  # type: ignore[arg-type]
    frame, truth = _resting(table)
    (found,) = MarkerFinder(True).find(frame.pixels)
    assert found.number == truth.number
    assert np.abs(found.corners - 0.5 - truth.corners).max() < 5


def test_finder_reads_a_token_that_lies_on_the_drawing() -> None:
    frame, truth = _resting(SimulatedTable(replace(DIFFICULTIES["clean"], tokens=2), 4), 2)
    assert [found.number for found in MarkerFinder(True).find(frame.pixels)] == [truth.number]
