"""A camera that shakes is not a sheet that moves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, Ink
from exhibit.ink import Extractor, make_extractor
from exhibit.ink.tremble import shaken, steady
from tests.exhibit.ink.scene import FPS, SHEET, Scene

LINE = (0.2, 0.3, 0.8, 0.4)
SHAKE_PX = 3.0


def _shake(number: int) -> tuple[float, float]:
    t_s = number / FPS
    x = 0.7 * np.sin(2 * np.pi * 1.3 * t_s) + 0.3 * np.sin(2 * np.pi * 4.1 * t_s)
    y = 0.7 * np.sin(2 * np.pi * 1.7 * t_s) + 0.3 * np.sin(2 * np.pi * 5.3 * t_s)
    return SHAKE_PX * float(x), SHAKE_PX * float(y)


def _moved(pixels: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    matrix = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    return cv2.warpAffine(pixels, matrix, (640, 480), borderMode=cv2.BORDER_REPLICATE)


def _run(extractor: Extractor, scene: Scene, seconds: float) -> list[Ink]:
    inks = []
    for _ in range(round(seconds * FPS)):
        frame = scene.frame()
        pixels = _moved(frame.pixels, _shake(frame.sequence))
        inks.append(extractor.extract(Frame(frame.sequence, frame.captured_at, pixels)))
    return inks


def test_extract_camera_that_shakes_sees_lines_where_they_are_and_settled_ink_at_rest() -> None:
    extractor = make_extractor(InkConfig(), 128, 1.5, mirrored=False)
    scene = Scene()
    _run(extractor, scene, 2.5)
    scene.lines.append(LINE)
    inks = _run(extractor, scene, 3.0)
    truth = Scene(lines=[LINE], noise=0.0).frame().pixels < 110
    truth &= (
        cv2.erode((Scene(noise=0.0).frame().pixels > 120).astype(np.uint8), np.ones((9, 9))) > 0
    )
    for ink in inks[-30:]:
        drawn = _moved(255 * truth.astype(np.uint8), _shake(ink.sequence)) > 127
        found = ink.mask < 128
        assert 2 * (found & drawn).sum() > 0.85 * (found.sum() + drawn.sum())
        assert ink.sheet is not None
        assert np.abs(ink.sheet - SHEET - _shake(ink.sequence)).max() < 1.5
    assert inks[-1].sheet_state == "resting"
    assert all(np.array_equal(ink.settled, inks[-1].settled) for ink in inks[-30:])


def test_extract_sheet_that_is_pushed_a_little_is_no_camera_that_shakes() -> None:
    extractor = make_extractor(InkConfig(), 128, 1.5, mirrored=False)
    scene = Scene(lines=[LINE])
    for _ in range(40):
        before = extractor.extract(scene.frame())
    for number in range(1, 7):
        scene.sheet = SHEET + np.float32([0.8 * number, 0.0])
        extractor.extract(scene.frame())
    inks = [extractor.extract(scene.frame()) for _ in range(20)]
    assert "sheet_moved" in [event.name for ink in inks for event in ink.events]
    assert np.abs(inks[-1].settled.astype(int) - before.settled).mean() < 0.5


@pytest.mark.parametrize("turn", [0.0, 0.004], ids=["shift", "turn"])
def test_steady_frame_is_where_it_was_and_shaken_takes_a_mask_back(turn: float) -> None:
    picture = np.zeros((480, 640), np.uint8)
    cv2.circle(picture, (400, 300), 40, 255, -1)
    away = np.array([[1.0, -turn, 2.3], [turn, 1.0, -1.6], [0.0, 0.0, 1.0]])
    seen = cv2.warpAffine(picture, away[:2], (640, 480))
    back = np.linalg.inv(away)
    assert np.count_nonzero((steady(seen, back) > 127) != (picture > 127)) < 60
    again = shaken((picture > 127).astype(np.uint8), back)
    assert np.count_nonzero((again > 0) != (seen > 127)) < 60
