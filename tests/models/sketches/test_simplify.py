import cv2
import numpy as np

from models.sketches.perturb import length_of
from models.sketches.raster import draw_strokes
from models.sketches.simplify import Detail, resample, simplify
from tests.models.sketches.shapes import circle


def test_simplify_drawn_circle_gives_strokes_on_thecircle():
    picture = draw_strokes([circle()], 128, 3.0)
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


def test_resample_keeps_ends():
    stroke = resample(np.array([[0, 0], [0.5, 0], [0.5, 0.5]], np.float32), 0.01)
    np.testing.assert_allclose(stroke[[0, -1]], [[0, 0], [0.5, 0.5]], atol=1e-6)
