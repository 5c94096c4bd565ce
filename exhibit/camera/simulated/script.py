"""What happens with one sheet of paper, from its arrival to its end."""

from __future__ import annotations

import numpy as np

from exhibit.camera.simulated.conditions import Conditions
from exhibit.camera.simulated.handling import (
    lay_over,
    lay_token,
    lift_corner,
    raise_sheet,
    rub_out,
)
from exhibit.camera.simulated.lines import cut_into_lines
from exhibit.camera.simulated.play import Play, drawings_of, short_drawing, with_filling
from exhibit.camera.simulated.visit import Visit

_REST_S = 5.0


def make_visit(seed: int, index: int, starts_at: float, conditions: Conditions) -> Visit:
    """Return visit number `index` of a table; the same seed and index give the same visit."""
    rng = np.random.default_rng((seed, index))
    play = Play(rng, conditions, starts_at)
    play.arrive()
    drawings = drawings_of(rng, conditions, seed, index)
    if conditions.fills:
        # Random numbers of their own: what else happens is as on a table where nobody fills.
        own = np.random.default_rng((seed, index, 0xF1))
        drawings = [with_filling(drawing, own, conditions.fills) for drawing in drawings]
    start_s = play.helper.now_s
    ends = [play.draw(d, start_s + 2.0 * number) for number, d in enumerate(drawings)]
    if conditions.palms:
        play.rest_palm((start_s + 2.0, max(ends)))
    still_s = max(ends)
    for _ in range(conditions.rubbings):
        still_s = rub_out(play, still_s + 1.5)
    for number in range(conditions.lifts):
        lift = raise_sheet if number % 2 else lift_corner
        still_s = lift(play, still_s + 2.0)
    for _ in range(conditions.covers):
        still_s = lay_over(play, short_drawing(rng, conditions), still_s + 2.5)
    for number in range(conditions.tokens):
        still_s = lay_token(play, number + 1, still_s + 2.0)
    for _ in range(conditions.turns):
        still_s = play.turn_over(still_s + 1.0)
    ends_at = play.leave(still_s + _REST_S)
    return Visit(
        index,
        starts_at,
        ends_at,
        play.sheet.build(),
        tuple(play.hands),
        cut_into_lines(rng, play.strokes, play.rubs),
        tuple(play.lifts),
        play.cover,
        tuple(play.tokens),
    )
