"""What lies still beside a hand that moves is seen; beside a hand that rests it may be its pen."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Gray
from exhibit.ink.stir import Stir

SHAPE = (60, 80)
ALL: Gray = np.ones(SHAPE, np.uint8)
FRAME_S = 1 / 30


def _hand(x: int) -> Gray:
    hand = np.zeros(SHAPE, np.uint8)
    hand[20:40, x : x + 20] = 1
    return hand


def _look(stir: Stir, hand: Gray, number: int) -> Gray:
    """Take a frame with a textured hand on it into account; return what outlasted it."""
    texture = (np.arange(SHAPE[1]) * 37 % 64).astype(np.uint8)
    shift = int(np.flatnonzero(hand.any(axis=0))[0]) if hand.any() else 0
    seen = np.where(hand > 0, 30 + np.roll(texture, shift)[None], 128).astype(np.uint8)
    stir.step(seen, ALL, number * FRAME_S)
    stir.attend(hand)
    return stir.outlasted()


def test_stir_paper_beside_a_moving_hand_is_trusted_once_it_is_still() -> None:
    stir = Stir(SHAPE)
    for number in range(10):
        trusted = _look(stir, _hand(10 + number), number)
    # The hand went to the right: what it has just uncovered stirred two frames ago at the least.
    assert trusted[30, 14] and not trusted[30, 18]
    assert trusted[30, 43] and not (trusted & _hand(19)).any()


def test_stir_paper_beside_a_hand_that_has_rested_from_the_beginning_is_not_trusted() -> None:
    stir = Stir(SHAPE)
    for number in range(30):
        trusted = _look(stir, _hand(10), number)
    assert not trusted.any()


def test_stir_what_was_trusted_stays_so_when_the_hand_comes_to_rest() -> None:
    stir = Stir(SHAPE)
    for number in range(10):
        before = _look(stir, _hand(10 + number), number).copy()
    for number in range(10, 40):
        trusted = _look(stir, _hand(19), number)
    assert before.any() and (trusted >= before).all()
    assert not _look(stir, np.zeros(SHAPE, np.uint8), 40).any()


def test_stir_what_was_trusted_is_so_no_more_once_no_hand_is_there() -> None:
    stir = Stir(SHAPE)
    for number in range(10):
        hand = _hand(10 + number)
        _look(stir, hand, number)
        trusted = stir.trusted(hand, 1 - hand)
    assert trusted.any()
    for number in range(10, 20):
        stir.step(np.full(SHAPE, 128, np.uint8), ALL, number * FRAME_S)
        # Later it is told of one that does not stir, and so makes nothing beside it trusted.
        hand = _hand(19) if number > 15 else np.zeros(SHAPE, np.uint8)
        stir.attend(hand)
        trusted = stir.trusted(hand, 1 - hand)
    assert not trusted.any()


def test_stir_noise_and_slow_drift_are_quiet_and_a_hand_is_not() -> None:
    stir = Stir(SHAPE)
    rng = np.random.default_rng(3)
    for number in range(90):
        drift = 128 + number / 15
        seen = np.clip(np.rint(drift + rng.normal(0, 0.5, SHAPE)), 0, 255).astype(np.uint8)
        stir.step(seen, ALL, number * FRAME_S)
    assert stir.quiet_ms > 2500
    stir.step(np.where(_hand(30) > 0, 40, seen).astype(np.uint8), ALL, 90 * FRAME_S)
    assert stir.quiet_ms == 0


def test_stir_dark_that_stays_outlasts_a_pen_that_goes_on_and_the_pen_itself_does_not() -> None:
    stir = Stir(SHAPE)
    hand = np.zeros(SHAPE, np.uint8)
    hand[28:32, :] = 1
    for number in range(40):
        seen = np.full(SHAPE, 128, np.uint8)
        tip = min(10 + 2 * number, 50)
        seen[28:32, 10:tip] = 40
        seen[28:32, tip : tip + 2] = 60
        stir.step(seen, ALL, number * FRAME_S)
        stir.attend(hand)
        outlasted = stir.outlasted()
    assert outlasted[29, 12:40].all()
    # It came to rest, and nothing near it has moved since.
    assert not outlasted[29, 50:52].any()


def test_stir_dark_that_appears_is_unannounced_unless_a_hand_has_been_there() -> None:
    stir = Stir(SHAPE)
    seen = np.full(SHAPE, 128, np.uint8)
    for number in range(40):
        if number == 30:
            seen[10, 30:40] = seen[30, 30:40] = 40
        stir.step(seen, ALL, number * FRAME_S)
        stir.attend(_hand(30) if 20 <= number < 30 else np.zeros(SHAPE, np.uint8))
        told = stir.unannounced()
        assert not told[30].any()
        assert told[10, 30:40].all() if number == 30 else not told.any()
