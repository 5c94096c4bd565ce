"""How much the table is used: counted from ink alone, never a picture of anybody."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from exhibit.contract.files import make_private
from exhibit.contract.settings.overrides import set_aside

_SCHEMA = """
CREATE TABLE IF NOT EXISTS visits (
    id INTEGER PRIMARY KEY,
    began_at TEXT NOT NULL,     -- UTC
    began_local TEXT NOT NULL,  -- the museum's wall clock
    lasted_s REAL NOT NULL,
    drawing_s REAL NOT NULL,
    simulated INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS visits_by_day ON visits (began_local);
"""
_GONE_AFTER_S = 3.0
_IDLE_AFTER_S = 120.0
_PEN_RESTS_AFTER_S = 2.0
_SHORTEST_DRAWING_S = 2.0
COLUMNS = ("began_at", "began_local", "lasted_s", "drawing_s", "simulated")
_INSERT = f"INSERT INTO visits ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?)"
_TAKE_BACK = "DELETE FROM visits WHERE began_at = ''"


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the engine says at one moment; times are monotonic seconds.

    `ink_changed_at` is the capture time of the frame whose ink was new, None before the first.
    """

    at: float
    sheet: bool
    coverage: float
    ink_changed_at: float | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One sheet somebody drew on: monotonic seconds, and how long the pen was moving."""

    began: float
    ended: float
    drawing_s: float
    simulated: bool


class VisitCounter:
    """Finds visits in what the engine says about once a second.

    A visit begins with the first ink on a sheet, and ends when sheet or ink are gone or nothing has
    been drawn for two minutes. The engine's `fresh_sheet` is no end: it is also said of one that
    was pushed and came back under a hand that hides its ink, and one drawing would count as two.
    """

    def __init__(self) -> None:
        self._began: float | None = None
        self._drawn_at = self._seen_at = self._inked_at = 0.0
        self._drawing_s = 0.0
        self._ink_changed_at: float | None = None

    @property
    def drawing(self) -> bool:
        """Whether a visit is under way."""
        return self._began is not None

    def look(self, glimpse: Glimpse) -> Visit | None:
        """Take in one moment; returns a visit that ended with it."""
        passed_s = min(max(glimpse.at - self._seen_at, 0.0), _PEN_RESTS_AFTER_S)
        self._seen_at = glimpse.at
        drew = glimpse.ink_changed_at != self._ink_changed_at
        first, self._ink_changed_at = self._ink_changed_at is None, glimpse.ink_changed_at
        inked = glimpse.sheet and glimpse.coverage > 0
        if inked:
            self._inked_at = glimpse.at
        if inked and drew and not first:
            self._drawing_s += passed_s
            self._drawn_at = glimpse.at
            if self._began is None:
                self._began, self._drawing_s = glimpse.at, passed_s
        gone = glimpse.at - self._inked_at > _GONE_AFTER_S
        if self._began is None or not (gone or glimpse.at - self._drawn_at > _IDLE_AFTER_S):
            return None
        visit = Visit(self._began, self._drawn_at, self._drawing_s, glimpse.simulated)
        self._began, self._drawing_s = None, 0.0
        return visit if visit.drawing_s >= _SHORTEST_DRAWING_S else None


class Visits:
    """The visits of this table, in `visits.sqlite` of the state folder.

    Attributes:
        counted: visits since this process began, of "people" and of the "simulated" visitor.
        fault: why visits cannot be kept or read now, or empty.
        damage: what became of a file that was damaged, for as long as this process runs.

    Args:
        state_dir: the state folder.
        now: wall time with its zone.
    """

    def __init__(
        self, state_dir: Path, now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    ) -> None:
        self._path, self._now = state_dir / "visits.sqlite", now
        self.counted = {"people": 0, "simulated": 0}
        self.fault = self.damage = ""

    def add(self, visit: Visit, monotonic_now: float) -> None:
        """Keep a visit; a full or read-only disk loses it, and `fault` says so."""
        self.counted["simulated" if visit.simulated else "people"] += 1
        began = self._now() - timedelta(seconds=monotonic_now - visit.began)
        row = (
            began.astimezone(UTC).isoformat(timespec="seconds"),
            began.strftime("%Y-%m-%d %H:%M:%S"),
            round(visit.ended - visit.began, 1),
            round(visit.drawing_s, 1),
            int(visit.simulated),
        )
        self._write((_INSERT, row))

    def try_out(self) -> None:
        """Write as `add` does, and leave nothing behind.

        What keeps visits from being kept is then known when the page starts, and not when the first
        visitor leaves; and what SQLite needs for it is in memory from then on.
        """
        self._write((_INSERT, ("",) * len(COLUMNS)), (_TAKE_BACK, ()))

    def _write(self, *orders: tuple[str, tuple[Any, ...]]) -> None:
        """Do all of it or nothing."""
        try:
            with self._open() as database, database:
                for order in orders:
                    database.execute(*order)
            self.fault = ""
        except (sqlite3.Error, OSError) as error:
            self.fault = f"visits cannot be kept: {error}"

    def summary(self, days: int, simulated: int) -> dict[str, Any]:
        """Return what was drawn in the last `days`: by day, by hour of the day, and in all.

        Args:
            days: how far back.
            simulated: 1 to count made-up visitors, 0 to count people.
        """
        since = (self._now() - timedelta(days=days - 1)).strftime("%Y-%m-%d")
        given = (since, simulated)
        by_day = self._query(
            "SELECT substr(began_local, 1, 10), count(*), round(sum(drawing_s) / 60, 1) "
            "FROM visits WHERE began_local >= ? AND simulated = ? GROUP BY 1 ORDER BY 1",
            given,
        )
        by_hour = dict(
            self._query(
                "SELECT CAST(substr(began_local, 12, 2) AS INTEGER), count(*) "
                "FROM visits WHERE began_local >= ? AND simulated = ? GROUP BY 1",
                given,
            )
        )
        ((sheets, drawing_s, longest_s),) = self._query(
            "SELECT count(*), total(drawing_s), coalesce(max(lasted_s), 0) "
            "FROM visits WHERE began_local >= ? AND simulated = ?",
            given,
        ) or [(0, 0.0, 0.0)]
        return {
            "days": [{"day": d, "sheets": n, "drawing_min": minutes} for d, n, minutes in by_day],
            "hours": [by_hour.get(hour, 0) for hour in range(24)],
            "sheets": sheets,
            "drawing_min": round(drawing_s / 60, 1),
            "mean_drawing_s": round(drawing_s / sheets, 1) if sheets else 0.0,
            "longest_s": longest_s,
            "simulated": bool(simulated),
        }

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield every visit, oldest first, in the order of `COLUMNS`."""
        yield from self._query(f"SELECT {', '.join(COLUMNS)} FROM visits ORDER BY id", ())

    def _query(self, text: str, given: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            with self._open() as database:
                return database.execute(text, given).fetchall()
        except (sqlite3.Error, OSError) as error:
            self.fault = f"visits cannot be read: {error}"
            return []

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        make_private(self._path)
        database = sqlite3.connect(self._path, timeout=1.0)
        try:
            database.executescript(_SCHEMA)
            yield database
        except sqlite3.OperationalError:
            raise  # busy, full, read-only: the file itself may be well
        except sqlite3.DatabaseError as error:
            self.damage = f"{self._path}: {error}; {set_aside(self._path)}"
            raise
        finally:
            database.close()
