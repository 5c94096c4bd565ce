from dataclasses import replace

import cv2
import numpy as np
import pytest

from exhibit.contract.errors import BundleError
from exhibit.contract.memory import Provenance
from exhibit.recall import Memory
from exhibit.recall.meaning import EXTENT, INK_PX, KnownMeanings, Meaning, framed
from exhibit.recall.measured import measure
from tests.exhibit.recall import shapes
from tests.exhibit.recall.test_faces import head, with_eyes
from tests.fakes.meaning import tiny_meanings, tiny_network

DRAWINGS = (shapes.ring(), shapes.house(), shapes.wave())
RING, HOUSE, WAVE = range(3)


def liking(ink: np.ndarray, faces: tuple[float, ...] = (0, 0, 0)) -> np.ndarray:
    measured = measure(ink)
    assert measured is not None
    return Meaning(tiny_meanings(DRAWINGS), np.array(faces, np.float32)).alike(ink, measured)


def oval(side: int, width: int, centre: tuple[float, float] = (0.5, 0.5)) -> np.ndarray:
    """Ink of an oval half as high as wide, with lines of 2 px."""
    ink = shapes.blank(side)
    middle = (round(centre[0] * side), round(centre[1] * side))
    cv2.ellipse(ink, middle, (width // 2, width // 4), 0, 0, 360, 0, 2, cv2.LINE_AA)
    return ink


@pytest.mark.parametrize(
    "ink", [oval(128, 100), oval(128, 40, (0.2, 0.8)), oval(256, 210), oval(256, 90, (0.7, 0.3))]
)
def test_framed_ink_of_any_size_and_place_is_the_same(ink: np.ndarray) -> None:
    seen = framed(ink) < 128
    columns, rows = np.flatnonzero(seen.any(axis=0)), np.flatnonzero(seen.any(axis=1))
    assert np.ptp(columns) == pytest.approx(EXTENT * INK_PX, abs=8)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(INK_PX / 2, abs=2)
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(INK_PX / 2, abs=2)
    assert 0.8 < np.count_nonzero(seen) / 205 < 2.6, "lines of 1 to 2.5 px around 205 px"


def test_framed_blank_is_blank() -> None:
    assert (framed(shapes.blank()) == 255).all()


@pytest.mark.parametrize("drawing", [RING, HOUSE, WAVE])
def test_liking_is_greatest_for_the_drawing_itself(drawing: int) -> None:
    liked = liking(shapes.small(DRAWINGS[drawing]))
    assert np.unravel_index(liked.argmax(), liked.shape) == (drawing, 0)


def test_liking_of_a_turned_drawing_is_greatest_turned() -> None:
    liked = liking(shapes.small(shapes.house()[:, ::-1].copy()))
    assert np.unravel_index(liked.argmax(), liked.shape) == (HOUSE, 1)


def test_liking_of_a_single_stroke_is_nothing() -> None:
    ink = shapes.blank(128)
    ink[60:62, 20:100] = 0
    assert np.abs(liking(ink)).max() < 0.05


def test_liking_counts_for_more_where_more_is_inside() -> None:
    ink = shapes.small(shapes.house())
    meaning, measured = Meaning(tiny_meanings(DRAWINGS), np.zeros(3, np.float32)), measure(ink)
    assert measured is not None
    bare, some, full = (
        np.ptp(meaning.alike(ink, replace(measured, inside=inside))) for inside in (0, 0.2, 0.9)
    )
    assert some == pytest.approx(2 * bare)
    assert full == pytest.approx(2.75 * bare), "a hatching means no more than a face"


def test_search_of_a_face_prefers_one_that_is_seen_from_the_front() -> None:
    face = with_eyes(head(256), (0.4, 0.42), (0.6, 0.42))
    for first in (True, False):
        records = [Provenance(item="a", source="", facing=first)]
        records.append(Provenance(item="b", source="", facing=not first))
        memory = Memory.of([face, face], records, tiny_meanings([face, face]))
        assert memory.search(face, 1)[0].drawing == (0 if first else 1)


def test_liking_of_a_face_prefers_what_is_told_to_be_one() -> None:
    face = with_eyes(head(), (0.4, 0.42), (0.6, 0.42))
    more = liking(face, (0, 0, 1)) - liking(face)
    np.testing.assert_allclose(more[:WAVE], 0)
    assert (more[WAVE] > 0.3).all()
    np.testing.assert_allclose(liking(head(), (0, 0, 1)), liking(head()))


@pytest.mark.parametrize("network", [b"", b"no network", tiny_network(cells=2)])
def test_meaning_of_another_network_is_refused(network: bytes) -> None:
    known = tiny_meanings(DRAWINGS)
    other = KnownMeanings(network, known.codes, known.centre)
    with pytest.raises(BundleError):
        Meaning(other, np.zeros(3, np.float32))


def test_search_prefers_the_whole_to_the_same_as_a_detail() -> None:
    records = [
        Provenance(item="detail", source="a", detail_of=1),
        Provenance(item="whole", source="a"),
    ]
    memory = Memory.of([shapes.house(), shapes.house()], records)
    assert [find.drawing for find in memory.search(shapes.small(shapes.house()))] == [1, 0]


def test_search_with_meaning_finds_what_it_means() -> None:
    memory = Memory.of(DRAWINGS, (), tiny_meanings(DRAWINGS))
    for row, drawing in enumerate(DRAWINGS):
        assert memory.search(shapes.small(drawing))[0].drawing == row
