"""What lies on the paper and is known to be no ink changes none, there or once it has left.

Spans the extractors and what covers the sheet.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Ink
from exhibit.ink import make_extractor
from tests.exhibit.ink.scene import FPS, Scene

LINE = (0.2, 0.3, 0.8, 0.4)
CARD, ELSEWHERE = np.s_[150:330, 240:380], np.s_[150:330, 420:540]
"""Rows and columns of a card that lies on the middle of the line, and of one that is moved on."""


def _run(scene: Scene, seconds: float, extractor, lies: bool, card=CARD) -> Ink:  # type: ignore[no-untyped-def]
    for _ in range(round(seconds * FPS)):
        frame = scene.frame()
        if lies:
            pixels, covered = frame.pixels.copy(), np.zeros(frame.pixels.shape, np.uint8)
            covered[card] = 1
            pixels[card] = cv2.convertScaleAbs(pixels[card], alpha=1.1)
            dark = (slice(180, 290), slice(card[1].start + 20, card[1].stop - 20))
            pixels[dark] = cv2.convertScaleAbs(pixels[dark], alpha=0.5)
            frame = replace(frame, pixels=pixels, covered=covered)
        ink = extractor.extract(frame)
    return ink


def _drawn_sheet():  # type: ignore[no-untyped-def]
    extractor = make_extractor(InkConfig(), 128, 2.0, mirrored=False)
    scene = Scene(sheet=None)
    _run(scene, 0.5, extractor, lies=False)
    sheet = Scene()
    scene.sheet = sheet.sheet
    _run(scene, 1.5, extractor, lies=False)
    scene.lines.append(LINE)
    return scene, extractor, _run(scene, 2.5, extractor, lies=False)


def test_covered_ink_is_held_and_what_covers_it_is_no_ink() -> None:
    scene, extractor, before = _drawn_sheet()
    during = _run(scene, 3.0, extractor, lies=True)
    after = _run(scene, 3.0, extractor, lies=False)
    assert before.settled.min() < 60
    assert np.array_equal(during.settled, before.settled)
    assert np.array_equal(after.settled, before.settled)
    assert not during.hand.any()


def test_covered_what_is_drawn_beside_it_counts_meanwhile() -> None:
    scene, extractor, before = _drawn_sheet()
    _run(scene, 1.0, extractor, lies=True)
    scene.lines.append((0.2, 0.8, 0.8, 0.85))
    during = _run(scene, 1.5, extractor, lies=True)
    assert (during.settled < 128).sum() > 1.7 * (before.settled < 128).sum()


def test_covered_filled_shape_is_still_there_afterwards() -> None:
    scene, extractor, _ = _drawn_sheet()
    scene.black = cv2.circle(np.zeros((480, 640), np.uint8), (310, 235), 30, 1, -1)
    before = _run(scene, 3.0, extractor, lies=False)
    _run(scene, 2.0, extractor, lies=True)
    after = _run(scene, 2.0, extractor, lies=False)
    assert before.mass.min() == 0
    assert np.array_equal(after.mass, before.mass)


def test_covered_what_is_drawn_where_it_lay_counts_at_once() -> None:
    scene, extractor, before = _drawn_sheet()
    _run(scene, 2.0, extractor, lies=True)
    _run(scene, 0.3, extractor, lies=False)
    scene.lines.append((0.4, 0.45, 0.55, 0.6))
    after = _run(scene, 1.5, extractor, lies=False)
    assert (after.settled < 128).sum() > 1.2 * (before.settled < 128).sum()


def test_covered_what_is_drawn_where_it_was_moved_over_counts_while_it_lies_elsewhere() -> None:
    scene, extractor, before = _drawn_sheet()
    _run(scene, 0.5, extractor, lies=True)
    _run(scene, 1.0, extractor, lies=True, card=ELSEWHERE)
    scene.lines.append((0.4, 0.45, 0.55, 0.6))
    during = _run(scene, 1.5, extractor, lies=True, card=ELSEWHERE)
    assert (during.settled < 128).sum() > 1.2 * (before.settled < 128).sum()
