"""The settings of what visitors take home."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from exhibit.contract.settings.section import Section, live


class TakehomeConfig(Section):
    """What a visitor may take home: the drawing and its answer, printed or kept as files."""

    enabled: bool = Field(False, json_schema_extra=live())
    """Let drawings be taken home: from the page, by OSC, or by a token."""
    printer: str = Field(
        "", max_length=127, pattern=r"^([^\s/#\-][^\s/#]*)?$", examples=["front-desk"]
    )
    """Queue of CUPS that prints them; empty for none. `lpstat -e` lists them."""
    folder: Path | None = None
    """Folder that keeps them as PDF and PNG; it must be there. Empty for none."""
    keep_h: int = Field(24, ge=1, le=720, json_schema_extra={"unit": "h"})
    """Files in `folder`, and what waits for a printer, are removed when they are this old."""
    paper: Literal["A4", "A5", "A6", "Letter"] = Field("A5", json_schema_extra=live())
    """Size of the paper."""
    text: str = Field(
        "",
        max_length=120,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        examples=["National Museum"],
        json_schema_extra=live(),
    )
    """The museum's line under the drawing, such as its name; the artist's credit follows it."""
    ink_colour: str = Field("#1f3a7a", pattern=r"^#[0-9a-fA-F]{6}$", json_schema_extra=live())
    """Colour of the visitor's own lines."""
    pause_s: float = Field(30.0, ge=2, le=3600, json_schema_extra={"unit": "s"})
    """Shortest time from one drawing that is taken home to the next."""
    most_an_hour: int = Field(20, ge=1, le=240)
    """Most drawings that are taken home in an hour."""
