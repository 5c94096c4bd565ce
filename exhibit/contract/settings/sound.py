"""The settings of what the table lets hear, and of what it hears."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from exhibit.contract.settings.hours import parse_span
from exhibit.contract.settings.section import Section, live


def _refuse_odd_hours(given: str) -> str:
    parse_span(given)
    return given


_Hours = Annotated[str, AfterValidator(_refuse_odd_hours), Field(examples=["tue-sun 10:00-17:00"])]


class SoundConfig(Section):
    """Sound that answers the pen: pencil, a soft bed, and cues."""

    enabled: bool = Field(False, json_schema_extra=live())
    """Let the table be heard: pencil, soft chord and short sounds."""
    volume: float = Field(0.5, ge=0, le=1, json_schema_extra=live())
    """Loudness of everything together. A scene keeps its own."""
    grain: float = Field(1.0, ge=0, le=1, json_schema_extra=live())
    """How loud a line sounds while it is drawn."""
    bed: float = Field(1.0, ge=0, le=1, json_schema_extra=live())
    """Loudness of the soft chord that moves with the drawing."""
    cues: float = Field(1.0, ge=0, le=1, json_schema_extra=live())
    """Loudness of the short sounds for a fresh sheet, a first line, a change of what is recalled,
    and rest."""
    hours: tuple[_Hours, ...] = Field((), max_length=14, json_schema_extra=live())
    """When the table may sound and listen, such as tue-sun 10:00-17:00, in local time; empty is
    always."""
    device: str = Field("", max_length=200, json_schema_extra=live())
    """Name, or part of the name, of the output; empty takes the system's own choice.
    `exhibit sound devices` lists them."""
    listen: bool = Field(False, json_schema_extra=live())
    """Hear how loud it is, for directions that move with it. Level and onset only: nothing is
    recorded, and the page says that the table listens."""
    listen_device: str = Field("", max_length=200, json_schema_extra=live())
    """Name, or part of the name, of the input; empty takes the system's own choice."""

    @property
    def is_on(self) -> bool:
        """Whether the table is to be heard, or to hear."""
        return self.enabled or self.listen
