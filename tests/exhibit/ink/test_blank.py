"""What a calibrated blank sheet is for: the first frames, before anything was learnt."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, InkEvent, TableLight
from exhibit.ink import Extractor, make_extractor
from exhibit.ink.light_watch import LightWatch
from tests.exhibit.ink.scene import Scene

DUST = [(150, 120), (420, 180), (260, 330), (500, 380)]
LINE = (0.3, 0.3, 0.7, 0.6)


def _dusty(pixels: np.ndarray) -> np.ndarray:
    """Return pixels seen through specks that are darker than the faintest line."""
    glass = np.ones(pixels.shape, np.float32)
    for place in DUST:
        cv2.circle(glass, place, 3, 0.6, -1, cv2.LINE_AA)
    return cv2.convertScaleAbs(pixels * glass)


def _extractor(light: TableLight | None) -> Extractor:
    return make_extractor(InkConfig(), 128, 2.0, mirrored=False, light=light)


def _blank() -> np.ndarray:
    scene = Scene()
    frames = [scene.frame().pixels for _ in range(9)]
    return _dusty(np.median(np.stack(frames), axis=0).astype(np.uint8))


def _dots(extractor: Extractor) -> tuple[int, bool]:
    """Start on a drawn sheet under dust; return specks taken for ink, and if the line was found."""
    scene = Scene(lines=[LINE])
    for _ in range(30):
        frame = scene.frame()
        ink = extractor.extract(Frame(frame.sequence, frame.captured_at, _dusty(frame.pixels)))
    dots = sum(int(ink.mask[y - 3 : y + 4, x - 3 : x + 4].min() < 128) for x, y in DUST)
    return dots, bool(ink.settled[38:90].min() < 128)


def test_extractor_with_blank_sheet_takes_no_dust_for_dots_at_start() -> None:
    assert _dots(_extractor(TableLight(_blank()))) == (0, True)


def test_extractor_without_blank_sheet_sees_the_dust_at_start() -> None:
    # What the test above would prove nothing without.
    assert _dots(_extractor(None))[0] > 0


def test_extractor_with_blank_sheet_of_another_size_does_without() -> None:
    other = cv2.resize(_blank(), (320, 240))
    assert _dots(_extractor(TableLight(other)))[1]


def _finds_faint_line(dark: np.ndarray, known: bool) -> bool:
    scene = Scene(paper=85.0, noise=1.0)
    blank = cv2.add(scene.frame().pixels, dark)
    extractor = _extractor(TableLight(blank, dark if known else None))
    for number in range(40):
        if number == 20:
            scene.lines = [LINE]
        frame = scene.frame()
        pixels = cv2.add(frame.pixels, dark)
        ink = extractor.extract(Frame(frame.sequence, frame.captured_at, pixels))
    return bool(ink.settled.min() < 128)


def test_extractor_with_dark_frame_sees_a_faint_line_that_it_misses_without() -> None:
    # A sensor that adds 90 levels to everything halves the line's contrast.
    dark = np.full((480, 640), 90, np.uint8)
    assert _finds_faint_line(dark, known=True)
    assert not _finds_faint_line(dark, known=False)


def test_light_watch_with_blank_sheet_names_a_zone_that_was_dead_before_the_start() -> None:
    blank = np.full((120, 160), 180, np.float32)
    level = np.full((120, 160), 150, np.uint8)
    level[:40, 120:] = 60
    free = np.ones(level.shape, np.uint8)
    with_blank, without = LightWatch(False, blank), LightWatch(False)
    told = [event for _ in range(60) for event in with_blank.step(level, free)]
    assert told == [InkEvent("light_fault", "row 1 of 3, column 4 of 4")]
    assert not any(without.step(level, free) for _ in range(60))
