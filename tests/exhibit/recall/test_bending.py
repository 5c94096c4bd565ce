import cv2
import numpy as np
import pytest

from exhibit.contract.values import Gray
from exhibit.recall.bending import Bendable, bend
from tests.exhibit.recall import shapes
from tests.exhibit.recall.test_field import determinant


def disc_line(middle: tuple[int, int], axes: tuple[int, int], side: int = 256) -> Gray:
    picture = shapes.blank(side)
    cv2.ellipse(picture, middle, axes, 0, 0, 360, 0, 3, cv2.LINE_AA)
    return picture


def followed(ink: Gray, picture: Gray, reach_px: float = 3) -> float:
    """Share of the ink with a line of the picture within reach."""
    away = cv2.distanceTransform((picture >= 128).astype(np.uint8), cv2.DIST_L2, 5)
    return float((away <= reach_px)[ink < 128].mean())


@pytest.mark.parametrize(
    "ink",
    [
        disc_line((133, 125), (75, 75)),
        disc_line((128, 128), (80, 70)),
        disc_line((128, 128), (71, 80)),
    ],
)
def test_bend_ring_to_another_lies_on_it(ink: Gray) -> None:
    placed = disc_line((128, 128), (75, 75))
    assert followed(ink, placed) < 0.9
    assert followed(ink, bend(placed, ink).picture) > 0.97


def test_bend_drawing_takes_along_what_the_visitor_has_not_drawn() -> None:
    placed = np.minimum(disc_line((122, 128), (75, 75)), disc_line((122, 128), (20, 20)))
    picture = bend(placed, disc_line((130, 128), (75, 75))).picture
    assert followed(disc_line((130, 128), (20, 20)), picture, 4) > 0.9


def test_bend_far_from_the_ink_moves_nothing() -> None:
    placed = np.minimum(disc_line((70, 70), (40, 40)), disc_line((215, 215), (20, 20)))
    field = bend(placed, disc_line((70, 70), (50, 32))).field
    assert np.abs(field[:12, :12]).max() > 0.01
    assert np.abs(field[26:, 26:]).max() < 0.002


def test_bend_ink_that_nothing_explains_moves_nothing() -> None:
    placed = disc_line((200, 200), (25, 25))
    np.testing.assert_array_equal(bend(placed, disc_line((60, 60), (30, 30))).picture, placed)


@pytest.mark.parametrize("placed", [shapes.house(), shapes.blank(), shapes.hatching()])
@pytest.mark.parametrize("ink", [shapes.blank(128), np.zeros((128, 128), np.uint8)])
def test_bend_ink_without_lines_leaves_the_drawing(placed: Gray, ink: Gray) -> None:
    bent = bend(placed, ink)
    np.testing.assert_array_equal(bent.field, 0)
    np.testing.assert_array_equal(bent.picture, placed)


def test_bend_one_dot_moves_little() -> None:
    dot = shapes.blank(128)
    dot[60:62, 60:62] = 0
    assert np.abs(bend(shapes.hatching(), dot).field).max() < 0.02


@pytest.mark.parametrize("side", [64, 128])
def test_bend_ink_of_any_size_is_nearly_the_same(side: int) -> None:
    ink = disc_line((140, 120), (70, 60))
    small = np.asarray(cv2.resize(ink, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    placed = disc_line((128, 128), (75, 75))
    difference = np.abs(bend(placed, small).field - bend(placed, ink).field)
    assert difference.max() < 5 / 256


def scribble(seed: int) -> Gray:
    rng = np.random.default_rng(seed)
    ink = shapes.blank()
    for _ in range(rng.integers(1, 12)):
        steps = rng.normal(0, 18, (20, 2)).cumsum(axis=0) + rng.uniform(40, 216, 2)
        cv2.polylines(ink, [steps.astype(np.int32)], False, 0, 3, cv2.LINE_AA)
    return ink


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("placed", [shapes.house(), shapes.wave(), shapes.hatching()])
def test_bend_to_any_scribble_never_folds(placed: Gray, seed: int) -> None:
    bendable = Bendable(placed)
    bent = bendable.bend(scribble(seed))
    assert determinant(bent.field, 256).min() > 0
    again = bendable.bend(np.minimum(scribble(seed), scribble(seed + 100)), bent)
    assert determinant(again.field, 256).min() > 0
    assert np.abs(again.field).max() < 0.4


def test_bend_again_to_the_same_ink_changes_nothing() -> None:
    bendable = Bendable(disc_line((128, 128), (75, 75)))
    first = bendable.bend(disc_line((140, 120), (80, 62)))
    again = bendable.bend(disc_line((141, 120), (80, 62)), first)
    np.testing.assert_array_equal(again.picture, first.picture)


def test_bend_again_to_grown_ink_moves_only_what_is_near_the_new() -> None:
    bendable = Bendable(np.minimum(disc_line((80, 80), (50, 50)), disc_line((180, 180), (40, 40))))
    ink = disc_line((84, 76), (54, 46))
    first = bendable.bend(ink)
    grown = np.minimum(ink, disc_line((184, 176), (42, 38)))
    again = bendable.bend(grown, first)
    moved = np.abs(again.field - first.field)
    assert moved[:12, :12].max() < 1 / 256
    assert moved[16:28, 16:28].max() > 2 / 256
    assert followed(grown, again.picture) > 0.95
