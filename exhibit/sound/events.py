"""What is rendered without a table: scores at times, read from a file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exhibit.contract.errors import InputError
from exhibit.contract.plain_files import plain_text
from exhibit.sound.score import Levels, Score

Cue = Literal["fresh_sheet", "first_line", "recalled", "rest"]
_COUNTS = {
    "fresh_sheet": "fresh_sheets",
    "first_line": "first_lines",
    "recalled": "recalls",
    "rest": "rests",
}
_Share = Annotated[float, Field(ge=0, le=1)]
_Place = Annotated[float, Field(ge=-2, le=2)]


class Event(BaseModel):
    """What is different from a moment on; what is left out stays as it was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: float = Field(ge=0, le=3600)
    speed: _Share | None = None
    darkness: _Share | None = None
    pan: float | None = Field(None, ge=-1, le=1)
    place: tuple[_Place, _Place, _Place] | None = None
    travel: _Share | None = None
    awake: _Share | None = None
    volume: _Share | None = None
    cue: Cue | None = None


class Piece(BaseModel):
    """A piece to render."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: float = Field(gt=0, le=3600)
    seed: int = Field(1, ge=0)
    rate: Literal[44100, 48000] = 48000
    channels: Literal[1, 2] = 2
    events: tuple[Event, ...] = Field((), max_length=100_000)

    def scores(self) -> list[tuple[float, Score]]:
        """Return every score and when it begins, in order."""
        score, found = Score(levels=Levels()), []
        for event in sorted(self.events, key=lambda event: event.at):
            score = _after(score, event)
            found.append((event.at, score))
        return found


def read_piece(path: Path) -> Piece:
    """Read a piece; raises InputError naming what is wrong with it."""
    try:
        return Piece.model_validate(json.loads(plain_text(path)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise InputError(f"{path}: {where}: {first['msg']} (got {first['input']!r:.80})") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}; expected a JSON file of events") from None


def _after(score: Score, event: Event) -> Score:
    names = ("speed", "darkness", "pan", "place", "travel", "awake")
    given = {name: getattr(event, name) for name in names}
    changes = {name: value for name, value in given.items() if value is not None}
    if event.volume is not None:
        changes["levels"] = replace(score.levels, volume=event.volume)
    if event.cue is not None:
        count = _COUNTS[event.cue]
        changes[count] = getattr(score, count) + 1
    return replace(score, **changes)
