"""What the stage shows, decided from what it knows of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What is on the stage."""

    PICTURE = "picture"
    ATTRACT = "attract"
    CLEAN = "clean"
    LINGERING = "lingering"
    FROZEN = "frozen"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Orders:
    """What the operator asked for."""

    freeze: bool = False
    blank: bool = False
