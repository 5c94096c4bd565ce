import cv2
import numpy as np
import pytest

from models.sketches.framing import Placement, frame_strokes, random_placement
from models.sketches.perturb import Perturbation, keep_share, length_of, perturb
from models.sketches.raster import as_gray, as_network_input, draw_strokes, table_ink
from models.sketches.simplify import Detail, resample, simplify
from models.sketches.trace import follow


def _circle(centre=(0.5, 0.5), radius=0.3, points=60):
    turn = np.linspace(0, 2 * np.pi, points)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius + centre
    return circle.astype(np.float32)


def test_simplify_drawn_circle_gives_strokes_on_the_circle():
    picture = draw_strokes([_circle()], 128, 3.0)
    strokes = simplify(picture, Detail(silhouette=0.0), np.random.default_rng(0))
    radii = np.concatenate([np.hypot(*(s - 0.5).T) for s in strokes])
    assert np.abs(radii - 0.3).max() < 0.03
    assert sum(length_of(s) for s in strokes) > 0.7 * 2 * np.pi * 0.3


def test_simplify_black_disc_gives_its_outline_not_its_centre():
    picture = np.full((128, 128), 255, np.uint8)
    cv2.circle(picture, (64, 64), 30, 0, cv2.FILLED)
    strokes = simplify(picture, Detail(silhouette=0.0), np.random.default_rng(0))
    radii = np.concatenate([np.hypot(*(128 * s - 64).T) for s in strokes])
    assert radii.min() > 24


def test_simplify_empty_page_gives_no_strokes():
    page = np.full((128, 128), 255, np.uint8)
    assert simplify(page, Detail(silhouette=0.0), np.random.default_rng(0)) == ()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_keep_share_keeps_that_share_of_the_length(share):
    strokes = [_circle((x, y), 0.05) for x in (0.2, 0.5, 0.8) for y in (0.2, 0.5, 0.8)]
    total = sum(length_of(s) for s in strokes)
    kept = sum(length_of(s) for s in keep_share(strokes, share, np.random.default_rng(1)))
    assert kept / total == pytest.approx(share, abs=0.03)


def test_perturb_same_seed_gives_same_strokes():
    strokes = [_circle(), _circle((0.4, 0.4), 0.1)]
    first = perturb(strokes, Perturbation(), np.random.default_rng(3))
    second = perturb(strokes, Perturbation(), np.random.default_rng(3))
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_frame_strokes_beginning_lies_where_it_will_end():
    whole = [np.array([[0, 0], [100, 0]], np.float32), np.array([[100, 0], [100, 50]], np.float32)]
    (beginning,) = frame_strokes(whole[:1], whole, Placement(0.8))
    complete = frame_strokes(whole, whole, Placement(0.8))
    np.testing.assert_allclose(beginning, complete[0])
    assert np.concatenate(complete).min() == pytest.approx(0.1)


def test_random_placement_stays_in_the_square():
    rng = np.random.default_rng(0)
    for _ in range(100):
        place = random_placement(rng)
        assert place.extent / 2 <= min(*place.centre, 1 - place.centre[0], 1 - place.centre[1])


def test_table_ink_thick_and_thin_pen_give_the_same_width():
    line = [np.array([[0.1, 0.5], [0.9, 0.5]], np.float32)]
    thin, thick = (table_ink(line, 128, 1.5, pen) for pen in (1.0, 5.0))
    darkness = [(255 - ink.astype(float)).sum() / 255 for ink in (thin, thick)]
    assert darkness[0] == pytest.approx(darkness[1], rel=0.1)
    assert darkness[0] / 102.4 == pytest.approx(1.5, abs=0.3)


def test_follow_two_crossing_lines_go_straight_on():
    lines = np.zeros((64, 64), bool)
    lines[32, 8:56] = True
    lines[8:56, 32] = True
    strokes = follow(lines)
    assert sum(len(s) for s in strokes) >= 90
    longest = max(strokes, key=length_of)
    assert min(np.ptp(longest, axis=0)) < 2 / 64


def test_resample_keeps_ends():
    stroke = resample(np.array([[0, 0], [0.5, 0], [0.5, 0.5]], np.float32), 0.01)
    np.testing.assert_allclose(stroke[[0, -1]], [[0, 0], [0.5, 0.5]], atol=1e-6)


def test_as_gray_inverts_as_network_input():
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(as_gray(as_network_input(levels)), levels)
