"""A token comes and goes once, however it flickers, and turns as the visitor turns it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from exhibit.contract.geometry import mounting
from exhibit.contract.values import InkEvent
from exhibit.tokens.finder import Sighting
from exhibit.tokens.watch import TokenWatch

FRAME_S = 1 / 30
SIDE_PX = 75.0
MARKER = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * SIDE_PX
UPRIGHT = mounting(640, 480, False, 0)
LAID, TAKEN = InkEvent("token_laid", "3"), InkEvent("token_taken", "3")


def _seen(angle_deg: float = 0.0, mirrored: bool = False, number: int = 3) -> Sighting:
    angle = np.radians(angle_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = MARKER @ turn.T + [400.0, 200.0]
    if mirrored:
        corners[:, 0] = 640 - corners[:, 0]
    return Sighting(number, corners)


def _steps(watch: TokenWatch, seen: list[list[Sighting]], at_s: float = 0.0) -> list[InkEvent]:
    events: list[InkEvent] = []
    for number, sightings in enumerate(seen):
        events += watch.step(sightings, at_s + number * FRAME_S)
    return events


def test_watch_token_is_laid_once_it_was_seen_twice() -> None:
    watch = TokenWatch(UPRIGHT)
    assert _steps(watch, [[_seen()]]) == []
    assert watch.lying == ()
    assert _steps(watch, [[_seen()], [_seen()]], FRAME_S) == [LAID]
    assert [(token.number, token.laid_at) for token in watch.lying] == [(3, FRAME_S)]


def test_watch_sighting_of_a_single_frame_is_no_token() -> None:
    watch = TokenWatch(UPRIGHT)
    assert _steps(watch, [[_seen()], [], [_seen()], [], []]) == []
    assert watch.covered((480, 640)) is None


def test_watch_token_that_flickers_stays_and_one_that_is_gone_is_taken_once() -> None:
    watch = TokenWatch(UPRIGHT)
    flicker = [[_seen()], [_seen()], *([[]] * 10), [_seen()], *([[]] * 10)]
    assert _steps(watch, flicker) == [LAID]
    assert _steps(watch, [[]] * 30, 23 * FRAME_S) == [TAKEN]
    assert watch.lying == ()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("angle_deg", [0.0, 50.0, -120.0, 179.0])
def test_watch_angle_is_clockwise_as_the_visitor_sees_it(mirrored: bool, angle_deg: float) -> None:
    watch = TokenWatch(mounting(640, 480, mirrored, 0))
    _steps(watch, [[_seen(angle_deg, mirrored)]] * 2)
    (token,) = watch.lying
    assert token.angle_deg == pytest.approx(angle_deg, abs=0.01)


def test_watch_token_that_trembles_does_not_turn_and_one_that_is_turned_does() -> None:
    watch = TokenWatch(UPRIGHT)
    angles = []
    for number, angle in enumerate([0.0, 0.0, 0.9, -0.9, 0.5, -0.9]):
        watch.step([_seen(angle)], number * FRAME_S)
        angles += [token.angle_deg for token in watch.lying]
    assert set(angles) == {0.0}
    for number in range(60):
        watch.step([_seen(3.0 * number)], 1 + number * FRAME_S)
    assert watch.lying[0].angle_deg == pytest.approx(177.0, abs=1.01)


def test_watch_covers_the_card_and_its_shadow_where_the_token_was_seen_last() -> None:
    watch = TokenWatch(UPRIGHT)
    _steps(watch, [[_seen(30.0)], [_seen(30.0)], []])
    covered = watch.covered((480, 640))
    assert covered is not None
    card = cv2.fillConvexPoly(
        np.zeros((480, 640), np.uint8), np.round(_seen(30.0).corners).astype(np.int32), 1
    )
    assert (covered[card > 0] == 1).all()
    assert 2 * card.sum() < covered.sum() < 4 * card.sum()
