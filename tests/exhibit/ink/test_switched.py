"""Light that goes out from one frame to the next is followed; hands and paper are not."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.switched import switched

SHAPE = (120, 160)
WITHIN: Gray = np.zeros(SHAPE, np.uint8)
WITHIN[10:110, 12:148] = 255
PAPER: Gray = np.where(WITHIN > 0, 150, 30).astype(np.uint8)


def _without_an_led() -> Floats:
    """Return what is left of the light where an LED at the left has died, (h, w) float32."""
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    away = np.hypot(x - 40, y - 60) / 30.0
    return (1.0 - 0.5 * np.exp(-0.5 * away**2)).astype(np.float32)


def _with_a_hand(level: Gray, across: int) -> Gray:
    seen = level.copy()
    cv2.rectangle(seen, (across, 60), (across + 30, 119), (60.0,), -1)
    return np.asarray(cv2.blur(seen, (3, 3)), np.uint8)


def test_switched_led_that_dies_is_followed_where_its_light_was() -> None:
    left = _without_an_led()
    light = switched((PAPER * left).astype(np.uint8), PAPER, WITHIN)
    assert light is not None
    changed = (WITHIN > 0) & (left < 0.9)
    assert np.quantile(np.abs(light - left)[changed], 0.98) < 0.03
    assert (light[WITHIN == 0] == 1.0).all()


def test_switched_led_that_dies_while_a_hand_moves_is_followed_under_it_too() -> None:
    left = _without_an_led()
    before, now = _with_a_hand(PAPER, 40), (_with_a_hand(PAPER, 46) * left).astype(np.uint8)
    light = switched(now, before, WITHIN)
    assert light is not None
    changed = (WITHIN > 0) & (left < 0.9)
    assert np.quantile(np.abs(light - left)[changed], 0.98) < 0.1


def test_switched_hand_that_comes_in_changes_no_light() -> None:
    assert switched(_with_a_hand(PAPER, 50), PAPER, WITHIN) is None


def test_switched_paper_laid_over_half_the_sheet_changes_no_light() -> None:
    laid = PAPER.copy()
    laid[20:100, 20:90] = 170
    assert switched(laid, PAPER, WITHIN) is None


def test_switched_light_that_flickers_changes_nowhere() -> None:
    assert switched((PAPER * 0.96).astype(np.uint8), PAPER, WITHIN) is None
