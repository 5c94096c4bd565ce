"""Where a card lay ink must be as it was before, and what is drawn there afterwards must count."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Gray
from exhibit.ink.hold import Hold
from exhibit.ink.threshold import Limits

SHAPE = (40, 60)
LIMITS = Limits(low=11.0, high=20.0, least_light=10.0)
FRAME_MS = 33
FAINT, CLEAR = 22, 60


def _plane(value: int = 0) -> Gray:
    return np.full(SHAPE, value, np.uint8)


def _card() -> Gray:
    card = _plane()
    card[10:30, 10:30] = 1
    return card


def _laid(drawn: Gray) -> Hold:
    """Return a hold where a card has come and gone."""
    hold = Hold(drawn)
    hold.step(None, drawn, False, 1000, FRAME_MS)
    hold.step(_card(), drawn, True, 0, FRAME_MS)
    return hold


def test_hold_gives_back_below_a_card_what_was_there_before_the_hand_came() -> None:
    drawn, flickered = _plane(), _plane()
    drawn[15, 12:28] = 1
    flickered[15, 12:20] = 1
    hold = Hold(drawn)
    assert hold.step(None, drawn, False, 1000, FRAME_MS) is None
    for _ in range(20):
        assert hold.step(None, flickered, True, 0, FRAME_MS) is None
    assert np.array_equal(_given(hold, _card(), flickered), drawn & _card())
    # It lies there already.
    assert hold.step(_card(), drawn, True, 0, FRAME_MS) is None


def _given(hold: Hold, covered: Gray, settled: Gray) -> Gray:
    """Return the ink below what has come to lie, as it is given back."""
    given = hold.step(covered, settled, True, 0, FRAME_MS)
    if given is None:
        return settled & covered
    where, ink = given
    assert not (where & ~covered).any()
    return np.where(where > 0, ink, settled) & covered


def test_hold_takes_nothing_back_where_hands_had_the_time_to_draw() -> None:
    hold, drawn = Hold(_plane()), _plane()
    drawn[15:17] = 1
    for _ in range(100):
        hold.step(None, _plane(), True, 0, FRAME_MS)
    for _ in range(10):
        hold.step(None, drawn, True, 0, FRAME_MS)
    assert np.array_equal(_given(hold, _card(), drawn), drawn & _card())


def test_hold_takes_single_pixels_back_also_where_a_card_is_moved_on_to() -> None:
    """They flicker at the edges of lines while a hand turns a card, and below it later."""
    drawn, flickered = _plane(), _plane()
    drawn[20:22], flickered[20:22] = 1, 1
    flickered[19, 40] = flickered[22, 50] = 1
    flickered[21, 45] = 0
    hold = Hold(drawn)
    hold.step(None, drawn, False, 1000, 1000)
    hold.step(_card(), drawn, True, 0, FRAME_MS)
    for _ in range(300):
        hold.step(_card(), flickered, False, 1000, FRAME_MS)
    moved_on = np.roll(_card(), 25, axis=1)
    assert np.array_equal(_given(hold, moved_on, flickered), drawn & moved_on)


def test_hold_takes_single_pixels_back_also_where_something_always_stirs() -> None:
    """The light of the uneven table never rests: what was there when the hand came counts."""
    drawn, flickered, hold = _plane(), _plane(), Hold(_plane())
    drawn[20:22], flickered[20:22] = 1, 1
    flickered[19, 20] = 1
    for _ in range(300):
        hold.step(None, drawn, False, 0, FRAME_MS)
    for _ in range(10):
        hold.step(None, flickered, True, 0, FRAME_MS)
    assert np.array_equal(_given(hold, _card(), flickered), drawn & _card())


def test_hold_leaves_strokes_that_were_drawn_while_a_card_lay_elsewhere() -> None:
    drawn, more = _plane(), _plane()
    more[20:22, 36:54] = 1
    hold = Hold(drawn)
    hold.step(None, drawn, False, 1000, 1000)
    hold.step(_card(), drawn, True, 0, FRAME_MS)
    for _ in range(100):
        hold.step(_card(), more, True, 0, FRAME_MS)
    moved_on = np.roll(_card(), 25, axis=1)
    assert np.array_equal(_given(hold, moved_on, more), more & moved_on)


def test_hold_goes_on_where_a_card_has_lain_while_it_lies_elsewhere() -> None:
    drawn, found = _plane(1), _plane()
    hold, faint = _laid(drawn), _plane(FAINT)
    elsewhere = np.roll(_card(), 25, axis=1)
    for _ in range(400):
        hold.step(elsewhere, drawn, True, 0, FRAME_MS)
    assert np.array_equal(hold.kept(found, drawn, faint, LIMITS), _card() | elsewhere)
    for _ in range(250):
        hold.step(elsewhere, drawn, True, 0, FRAME_MS)
    # By then it is no longer moved on.
    assert np.array_equal(hold.kept(found, drawn, faint, LIMITS), elsewhere)


def test_hold_keeps_ink_where_a_card_lay_and_nowhere_else() -> None:
    drawn = _plane()
    drawn[15] = 1
    hold = _laid(drawn)
    kept = hold.kept(_plane(), drawn, _plane(round(LIMITS.low)), LIMITS)
    assert np.array_equal(kept, drawn & _card())


def test_hold_lets_count_what_is_clearly_drawn_or_rubbed_out() -> None:
    drawn, found = _plane(), _plane()
    drawn[15:17], found[20:22] = 1, 1
    hold = _laid(drawn)
    contrast = found * np.uint8(FAINT)
    assert hold.kept(found, drawn, contrast, LIMITS)[20].sum() == SHAPE[1] - 20
    contrast = found * np.uint8(CLEAR)
    assert np.array_equal(hold.kept(found, drawn, contrast, LIMITS), found)


def test_hold_is_over_some_seconds_after_the_card_has_left() -> None:
    drawn, found = _plane(1), _plane()
    hold, faint = _laid(drawn), _plane(FAINT)
    for _ in range(140):
        hold.step(None, drawn, True, 0, FRAME_MS)
    assert hold.kept(found, drawn, faint, LIMITS).any()
    for _ in range(20):
        hold.step(None, drawn, True, 0, FRAME_MS)
    assert np.array_equal(hold.kept(found, drawn, faint, LIMITS), found)


def test_hold_moves_with_the_sheet() -> None:
    drawn = _plane(1)
    to_the_right = np.array([[1.0, 0.0, 20.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    moved = _laid(drawn).moved(to_the_right, drawn)
    kept = moved.kept(_plane(), drawn, _plane(FAINT), LIMITS)
    assert np.array_equal(kept, np.roll(_card(), 20, axis=1))
