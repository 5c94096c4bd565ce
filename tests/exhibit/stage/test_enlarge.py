import cv2
import numpy as np
import pytest

from exhibit.stage.box import Box
from exhibit.stage.enlarge import REACH_PX, Enlarger


def line(grey: int) -> np.ndarray:
    picture = np.full((32, 32), 255, np.uint8)
    picture[:, 16] = grey
    return picture


def soft_pixels(row: np.ndarray) -> int:
    return int(((row > 30) & (row < 225)).sum())


@pytest.mark.parametrize("grey", [0, 90, 200, 255])
def test_enlarge_even_grey_stays_the_same(grey: int) -> None:
    result = Enlarger(100)(np.full((16, 16), grey, np.uint8))
    assert np.abs(result.astype(int) - grey).max() <= 1


def test_enlarge_line_has_crisper_edges_than_interpolation() -> None:
    crisp = Enlarger(320)(line(0))[160]
    soft = cv2.resize(line(0), (320, 320), interpolation=cv2.INTER_CUBIC)[160]
    assert soft_pixels(crisp) < 0.7 * soft_pixels(soft)


def test_enlarge_grey_line_becomes_darker() -> None:
    grey = 128
    assert Enlarger(320)(line(grey))[160].min() < grey - 20


@pytest.mark.parametrize("width_px", [5, 10, 20])
def test_enlarge_pen_line_keeps_its_ink(width_px: int) -> None:
    page = np.full((320, 320), 255, np.uint8)
    cv2.line(page, (20, 30), (300, 250), 0, width_px)
    small = cv2.resize(page, (32, 32), interpolation=cv2.INTER_AREA)
    ink = (255.0 - Enlarger(320)(np.asarray(small))).sum()
    assert ink == pytest.approx((255.0 - page).sum(), rel=0.1)


def test_enlarge_faint_line_does_not_vanish_and_is_not_blackened() -> None:
    row = Enlarger(320)(line(220))[160]
    assert 205 <= row.min() <= 228


def test_enlarge_what_is_almost_paper_becomes_paper() -> None:
    noise = np.random.default_rng(1).integers(246, 256, (32, 32)).astype(np.uint8)
    assert Enlarger(320)(noise).min() == 255


def test_enlarge_colour_treats_channels_like_grey() -> None:
    grey = line(60)
    colour = Enlarger(128)(np.dstack([grey] * 3))
    assert np.array_equal(colour[..., 1], Enlarger(128)(grey))


@pytest.mark.parametrize("side_px", [64, 192, 288])
@pytest.mark.parametrize("seed", range(6))
def test_enlarge_part_is_that_of_the_whole_but_for_the_reach(side_px: int, seed: int) -> None:
    """A reach that is too short leaves seams around what is drawn again."""
    random = np.random.default_rng(seed)
    picture = random.choice(np.array([0, 120, 255], np.uint8), (96, 96))
    whole = Enlarger(side_px)(picture).copy()
    part = Box(20, 18, 62, 74).on_steps(Enlarger(side_px).step_of(picture))
    drawn = Enlarger(side_px)(picture, part)
    times = whole.shape[0] / 96
    right = Box(*(round(edge * times) for edge in part.grown(-REACH_PX).edges))
    assert np.array_equal(right.of(drawn), right.of(whole))


@pytest.mark.parametrize("side_px", [64, 192, 288])
@pytest.mark.parametrize("grey", [0, 255])
def test_enlarge_pixel_changes_nothing_beyond_the_reach(side_px: int, grey: int) -> None:
    random = np.random.default_rng(grey)
    picture = random.integers(0, 256, (96, 96)).astype(np.uint8)
    before = Enlarger(side_px)(picture).copy()
    picture[40, 50] = grey
    differ = Enlarger(side_px)(picture) != before
    times = before.shape[0] / 96
    near = Box(50, 40, 51, 41).grown(REACH_PX)
    Box(*(round(edge * times) for edge in near.edges)).of(differ)[...] = False
    assert not differ.any()
