"""A camera that is knocked is noticed in the same frame; hands, noise and light knock nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from exhibit.contract.settings.schema import InkConfig
from exhibit.ink import make_extractor
from exhibit.ink.knock import KnockWatch
from tests.exhibit.ink.scene import FPS, SHEET, Scene

LINES = [(0.2, 0.3, 0.8, 0.4), (0.3, 0.6, 0.7, 0.7), (0.4, 0.2, 0.4, 0.8)]


def _truth(scene: Scene) -> np.ndarray:
    """Return (480, 640) bool, all that is at most 4 px from the scene's lines."""
    assert scene.sheet is not None
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(unit, scene.sheet)
    near = np.zeros((480, 640), np.uint8)
    for line in scene.lines:
        ends = cv2.perspectiveTransform(np.array(line).reshape(1, 2, 2), matrix)[0]
        first, last = (tuple(int(v) for v in np.round(end)) for end in ends)
        cv2.line(near, first, last, 1, 11)
    return near > 0


@pytest.mark.parametrize("frames", [40, 41])
def test_extract_knock_of_the_camera_draws_nothing(frames: int) -> None:
    extractor = make_extractor(InkConfig(), 128, 1.5, mirrored=False)
    scene = Scene(lines=list(LINES))
    for _ in range(frames):
        extractor.extract(scene.frame())
    scene.sheet = SHEET + np.array([8, -6], np.float32)
    near = _truth(scene)
    for number in range(round(1.5 * FPS)):
        ink = extractor.extract(scene.frame())
        assert not ((ink.mask < 128) & ~near).any(), number
    assert (ink.mask < 128).sum() > 1000


def test_knock_watch_tells_a_knock_from_hands_and_other_light() -> None:
    watch, scene = KnockWatch(), Scene()
    corners = SHEET.copy()
    assert not any(watch.step(scene.frame().pixels, corners) for _ in range(5))
    for x in (520, 320, 120):
        scene.hand = (x, 200)
        assert not watch.step(scene.frame().pixels, corners)
    scene.hand = None
    assert not watch.step(scene.frame().pixels, corners)
    scene.paper = 165.0
    assert not watch.step(scene.frame().pixels, corners)
    scene.sheet = SHEET + np.array([5, 4], np.float32)
    assert watch.step(scene.frame().pixels, corners)
    assert not watch.step(scene.frame().pixels, corners)


def test_knock_watch_sheet_that_was_found_elsewhere_is_no_knock() -> None:
    watch, scene = KnockWatch(), Scene()
    watch.step(scene.frame().pixels, SHEET.copy())
    scene.sheet = SHEET + np.array([9, 0], np.float32)
    assert not watch.step(scene.frame().pixels, scene.sheet)
    assert not watch.step(scene.frame().pixels, None)
    assert not watch.step(scene.frame().pixels, scene.sheet)
