import cv2
import numpy as np
import pytest

from benchmarks.metrics import f_measure
from benchmarks.pages import make_page
from exhibit.ink.outline import smoothest_outline
from exhibit.ink.still import binarise


def _background_otsu(gray: np.ndarray) -> np.ndarray:
    background = cv2.medianBlur(cv2.dilate(gray, np.ones((7, 7), np.uint8)), 31)
    flat = cv2.divide(gray, np.maximum(background, 1), scale=255.0)
    return cv2.threshold(flat, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


@pytest.mark.parametrize(("kind", "least"), [("clean", 90.0), ("stained", 90.0)])
def test_binarise_old_handwriting_beats_background_division(kind: str, least: float) -> None:
    page = make_page(0, kind)
    ink = page.truth < 128
    ours = f_measure(binarise(page.pixels) < 128, ink)
    assert ours > least
    assert ours > f_measure(_background_otsu(page.pixels) < 128, ink) + 2.0


def test_binarise_enlarged_picture_gives_the_same_ink() -> None:
    page = make_page(2, "clean")
    pixels, truth = page.pixels[:300, :500], page.truth[:300, :500]
    large = cv2.resize(pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    back = cv2.resize(binarise(large), (500, 300), interpolation=cv2.INTER_AREA)
    assert f_measure(back < 128, truth < 128) > 85.0


def test_binarise_noise_alone_gives_hardly_any_ink() -> None:
    noise = np.random.default_rng(1).normal(180, 6, (300, 400))
    assert (binarise(np.clip(noise, 0, 255).astype(np.uint8)) < 128).mean() < 0.001


def test_smoothest_outline_lone_pixels_give_way_and_edges_stay() -> None:
    evidence = np.full((40, 40), 0.3, np.float32)
    evidence[10:30, 10:30] = -0.3
    evidence[20, 20], evidence[5, 5] = 0.3, -0.3
    relative = np.where(evidence < 0, 0.1, 0.0).astype(np.float32)
    ink = smoothest_outline(evidence, relative, 1.0)
    assert ink[20, 20] == 1 and ink[5, 5] == 0
    assert ink[12:28, 12:28].all() and ink[:8].sum() == 0
