"""Scenes: named sets of settings, and when each of them begins by itself."""

from __future__ import annotations

import contextlib
import errno
import logging
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from exhibit.contract.errors import InputError
from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text
from exhibit.contract.second_copy import keep_copy, read_copy
from exhibit.contract.settings.layers import Layer
from exhibit.contract.settings.overrides import set_aside
from exhibit.contract.yaml_text import read_yaml, write_yaml

log = logging.getLogger(__name__)

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SceneName = Annotated[str, Field(pattern=r"^[\w][\w .,'()+-]{0,39}$")]
_FILE = "scenes.yaml"
_MOST = 50
# In autumn a clock goes back by an hour, by two at most. One that goes back further was wrong: what
# it began then says nothing about today.
_BACK = timedelta(hours=2)
_MOMENT, _MOMENT_LETTERS = "%Y-%m-%d %H:%M", 16
_LONGEST = 512 * 1024
"""Letters of the file: as many scenes as there may be, each with every direction of a bundle."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Scene(_Record):
    """A named set of live settings."""

    name: SceneName
    """Shown on the page, and used in schedule and OSC."""
    settings: Layer = Field(default_factory=dict)
    """Live settings by section."""
    bundle: str | None = Field(None, max_length=200)
    """The bundle it is shown with; empty keeps the one in use."""
    fade_s: float = Field(2.0, ge=0, le=60)
    """Time from the scene before to this one in seconds."""


class Entry(_Record):
    """When a scene begins by itself, in local time."""

    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    """Time of day, such as 09:30."""
    days: tuple[Day, ...] = DAYS
    """Days of the week."""
    scene: SceneName
    """Which scene begins."""


class SceneBook(_Record):
    """All scenes of a table, and its schedule."""

    scenes: tuple[Scene, ...] = ()
    schedule: tuple[Entry, ...] = ()
    active: str | None = None
    """The scene that was switched to last."""
    begun: str | None = None
    """The moment of the schedule that was acted on last, so that it is not acted on twice."""

    def begun_at(self) -> datetime | None:
        """Return when the moment of the schedule was that was acted on last."""
        with contextlib.suppress(ValueError):
            return datetime.strptime((self.begun or "")[:_MOMENT_LETTERS], _MOMENT)
        return None

    def with_begun(self, moment: datetime, entry: Entry) -> SceneBook:
        """Return the book after a moment of the schedule was acted on."""
        return self.model_copy(update={"begun": f"{moment:{_MOMENT}} {entry.scene}"})

    def find(self, name: str) -> Scene:
        """Return a scene; raises InputError naming the known ones."""
        for scene in self.scenes:
            if scene.name == name:
                return scene
        known = ", ".join(scene.name for scene in self.scenes) or "(none)"
        raise InputError(f"there is no scene '{name}'; there are {known}")

    def with_scene(self, scene: Scene) -> SceneBook:
        """Return the book with a scene added or replaced."""
        others = tuple(known for known in self.scenes if known.name != scene.name)
        if len(others) >= _MOST:
            raise InputError(f"there are {_MOST} scenes already; take one away first")
        ordered = tuple(sorted((*others, scene), key=lambda known: known.name.casefold()))
        return self.model_copy(update={"scenes": ordered})

    def without_scene(self, name: str) -> SceneBook:
        """Return the book without a scene, which the schedule must not name."""
        self.find(name)
        if any(entry.scene == name for entry in self.schedule):
            raise InputError(f"the schedule names '{name}'; take it out of the schedule first")
        left = tuple(scene for scene in self.scenes if scene.name != name)
        active = None if self.active == name else self.active
        return self.model_copy(update={"scenes": left, "active": active})

    def with_schedule(self, schedule: tuple[Entry, ...]) -> SceneBook:
        """Return the book with another schedule, whose scenes must exist."""
        for entry in schedule:
            self.find(entry.scene)
        if len(schedule) > _MOST:
            raise InputError(f"the schedule has {len(schedule)} entries; expected at most {_MOST}")
        return self.model_copy(update={"schedule": schedule})


class SceneFile:
    """The book in `scenes.yaml` of the state folder.

    Attributes:
        book: all scenes.
        fault: why the file could not be read, or empty; it is then not replaced either.
        damage: what became of a file that was damaged, until the next one is written.

    Args:
        state_dir: the state folder.
    """

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / _FILE
        self.fault = self.damage = ""
        self.book = self._read()

    def write(self, book: SceneBook) -> None:
        """Keep a book; raises OSError, and keeps the one before, where that is not possible."""
        if self.fault:
            self.book = self._read()
            raise OSError(errno.EAGAIN, self.fault or "it can be read again: look, and try again")
        text = write_yaml(book.model_dump(mode="json"))
        write_whole(self._path, text, PRIVATE)
        keep_copy(self._path, text)
        self.book, self.damage = book, ""

    def _read(self) -> SceneBook:
        self.fault = ""
        try:
            text = plain_text(self._path)
            book = _parsed(text)
            keep_copy(self._path, text)
            return book
        except FileNotFoundError:
            return SceneBook()
        except OSError as error:
            self.fault = f"{self._path}: {error.strerror}; there are no scenes for now"
            return SceneBook()
        except ValueError as error:
            return self._mended(str(error).splitlines()[0])

    def _mended(self, reason: str) -> SceneBook:
        """Return the copy of a damaged file, or a book without scenes."""
        aside, copy = set_aside(self._path), read_copy(self._path)
        book, what = SceneBook(), "there are no scenes"
        with contextlib.suppress(ValueError):
            if copy is not None:
                book, what = _parsed(copy), "its copy holds"
                with contextlib.suppress(OSError):
                    write_whole(self._path, copy, PRIVATE)
        self.damage = f"{self._path}: damaged; {aside}; {what}"
        log.warning("%s (%s)", self.damage, reason)
        return book


def _parsed(text: str) -> SceneBook:
    return SceneBook.model_validate(read_yaml(text, _LONGEST)[1])


def latest(
    schedule: tuple[Entry, ...], now: datetime, begun: datetime | None = None
) -> tuple[datetime, Entry] | None:
    """Return the newest moment of the schedule that has begun, and its entry.

    Days are counted on the wall, so that a day of 23 or 25 hours begins its scenes on time.

    Args:
        schedule: entries.
        now: local time.
        begun: the moment that was acted on last; where the clock goes back, it has begun all the
            same. None where nothing was.
    """
    until = _reached(now, begun)
    moments = _moments(schedule, until, range(-7, 1))
    return max((pair for pair in moments if pair[0] <= until), key=_moment, default=None)


def upcoming(
    schedule: tuple[Entry, ...], now: datetime, begun: datetime | None = None
) -> tuple[datetime, Entry] | None:
    """Return the next moment of the schedule that has not begun, and its entry; see `latest`."""
    until = _reached(now, begun)
    moments = _moments(schedule, until, range(8))
    return min((pair for pair in moments if pair[0] > until), key=_moment, default=None)


def _reached(now: datetime, begun: datetime | None) -> datetime:
    """Return up to when moments have begun: what did so does not begin twice."""
    return begun if begun is not None and now < begun <= now + _BACK else now


def _moment(pair: tuple[datetime, Entry]) -> datetime:
    return pair[0]


def _moments(
    schedule: tuple[Entry, ...], now: datetime, offsets: range
) -> list[tuple[datetime, Entry]]:
    found = []
    for entry in schedule:
        for offset in offsets:
            day = now.date() + timedelta(days=offset)
            if DAYS[day.weekday()] in entry.days:
                moment = datetime.combine(day, time.fromisoformat(entry.at))
                found.append((moment, entry))
    return found
