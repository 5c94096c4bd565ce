"""One turn of the attract loop: a drawing is drawn, an invitation beside it, and both stay a while.

Every turn has other places for them, so that nothing is burnt into the projector.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from exhibit.contract.settings.schema import VisitConfig
from exhibit.contract.values import Gray
from exhibit.contract.visitor_texts import visitor_texts
from exhibit.stage.drawings import Drawings
from exhibit.stage.invitation import INVITATION, invitation
from exhibit.stage.pen import Order, drawn_until, pen_order

SIDE_PX = 512
TURN_S = 14.0
"""From one drawing to the next, without the fade between them."""
_DRAWN_S = 8.0
_INVITED_FROM_S, _INVITED_TO_S = 2.5, 6.5
_SOFT_S = 0.35
"""In which a line comes up behind the pen."""
_SHARE = 0.62
"""Side of a drawing's square as a share of the picture's."""
_PAPER = 255
_TRIES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Something that a pen draws.

    Args:
        picture: (h, w) uint8.
        order: (h, w) float32, when its pixels are drawn.
        left, top: its place in the picture of the turn.
        begins_s, ends_s: when in the turn it is drawn.
    """

    picture: Gray
    order: Order
    left: int
    top: int
    begins_s: float
    ends_s: float

    def draw(self, canvas: Gray, at_s: float) -> None:
        """Draw on the canvas (S, S) what there is of it after `at_s` seconds of the turn."""
        takes_s = self.ends_s - self.begins_s
        share = (at_s - self.begins_s) / takes_s
        if share <= 0:
            return
        high, wide = self.picture.shape
        place = canvas[self.top : self.top + high, self.left : self.left + wide]
        if share >= 1:
            seen = self.picture
        else:
            seen = drawn_until(self.picture, self.order, share, _SOFT_S / takes_s)
        np.minimum(place, seen, out=place)


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """What is drawn in one turn."""

    parts: tuple[Drawn, ...]

    def picture(self, at_s: float) -> Gray:
        """Return the picture (S, S) uint8 after `at_s` seconds."""
        canvas = np.full((SIDE_PX, SIDE_PX), _PAPER, np.uint8)
        for part in self.parts:
            part.draw(canvas, at_s)
        return canvas

    def rests(self, at_s: float) -> bool:
        """Whether all of it has been drawn."""
        return all(at_s > part.ends_s for part in self.parts)


def make_turn(
    drawings: Drawings, config: VisitConfig, number: int, random: np.random.Generator
) -> Turn:
    """Return the turn of a number, with a drawing and places chosen at random.

    Args:
        drawings: at least one.
        config: whether and in which languages there is an invitation.
        number: even turns draw above and invite below, odd ones the other way round.
        random: chooses.
    """
    drawing = _choose(drawings, random)
    invited = _invitation(config)
    spare = SIDE_PX - drawing.shape[0]
    above = number % 2 == 0
    left, top = int(random.integers(spare + 1)), 0 if above else spare
    if invited is None:
        top = int(random.integers(spare + 1))
    parts = [Drawn(drawing, pen_order(drawing), left, top, 0.0, _DRAWN_S)]
    if invited is not None:
        picture, order = invited
        high, wide = picture.shape
        place = int(random.integers(SIDE_PX - wide + 1)), SIDE_PX - high if above else 0
        parts.append(Drawn(picture, order, *place, _INVITED_FROM_S, _INVITED_TO_S))
    return Turn(tuple(parts))


def _choose(drawings: Drawings, random: np.random.Generator) -> Gray:
    side = round(_SHARE * SIDE_PX)
    for _ in range(_TRIES):
        found = drawings[int(random.integers(len(drawings)))]
        if found.min() < _PAPER // 2:
            break
    shrinks = found.shape[0] > side
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(found, (side, side), interpolation=way), np.uint8)


def _invitation(config: VisitConfig) -> tuple[Gray, Order] | None:
    return _written(tuple(config.languages)) if config.invitation else None


@lru_cache(4)
def _written(languages: tuple[str, ...]) -> tuple[Gray, Order]:
    words = visitor_texts(INVITATION)
    picture = invitation([words[language] for language in languages], SIDE_PX)
    return picture, pen_order(picture)
