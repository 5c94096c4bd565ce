"""What the stage shows, decided from what it knows of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What is on the stage."""

    PICTURE = "picture"
    ATTRACT = "attract"
    FROZEN = "frozen"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Orders:
    """What the operator asked for."""

    freeze: bool = False
    blank: bool = False


def choose_mode(orders: Orders, has_picture: bool, idle: bool) -> Mode:
    """Return what to show.

    Args:
        orders: what the operator asked for.
        has_picture: the engine is alive and has sent a picture in this life.
        idle: the engine says that nobody draws.
    """
    if orders.blank:
        return Mode.BLANK
    if orders.freeze:
        return Mode.FROZEN
    return Mode.PICTURE if has_picture and not idle else Mode.ATTRACT
