"""Turns the table's state, looked at again and again, into events worth recording."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from exhibit.operator.state.journal import Journal

# A fault that comes and goes every second is one line a minute.
_SAME_AGAIN_S = 60.0
_MOST_REMEMBERED = 500
# What stays in the journal of what happens on the paper. Strokes, and paper that is pushed or
# bends, are only told: hundreds a day would bury what somebody looks for. What was left on the
# paper, and light that is dead, are faults that begin and end there, from the state's notices.
KEPT_EVENTS = (
    "sheet_in",
    "sheet_out",
    "fresh_sheet",
    "sheet_back",
    "sheet_turned",
)
# Forty visitors an hour are recorded whole; a sheet that flutters for a month does not fill the
# journal's file, which has room for faults too.
_PAPER_AN_HOUR = 120


class Watch:
    """Records changes of state, faults that begin and end, and processes that ended.

    Args:
        events: takes the records.
        clock: monotonic seconds.
        heard: monotonic seconds and number of the last event of the table that is not new.
    """

    def __init__(
        self,
        events: Journal,
        clock: Callable[[], float] = time.monotonic,
        heard: tuple[float, int] = (0.0, 0),
    ) -> None:
        self._events, self._clock = events, clock
        # An engine that was started again counts from 1, but its clock is the same.
        self.heard = heard
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        self._word = ""
        self._reasons: dict[str, str] = {}
        self._restarts: dict[str, int] = {}
        self._recorded_at: dict[tuple[str, str], float] = {}
        self._paper_at: deque[float] = deque(maxlen=_PAPER_AN_HOUR)

    def look(self, state: Mapping[str, Any]) -> list[str]:
        """Record what is new in a state, and return the kinds of what was recorded."""
        found: list[tuple[str, str]] = []
        if state["state"] != self._word:
            self._word = state["state"]
            found.append(("state", self._word))
        reasons = {reason["text"]: reason["code"] for reason in state["reasons"]}
        found += [("fault", text) for text in reasons if text not in self._reasons]
        found += [("fault over", text) for text in self._reasons if text not in reasons]
        self._reasons = reasons
        for name, process in state["processes"].items():
            restarts = int(process["restarts"])
            if restarts > self._restarts.get(name, restarts):
                found.append(("restart", f"{name} ended ({process['last_exit']})"))
            self._restarts[name] = restarts
        return [kind for kind, text in found if self._record(kind, text)]

    def hear(self, happened: Sequence[Mapping[str, Any]]) -> None:
        """Tell listeners of every event on the table they have not heard of, and keep some.

        Args:
            happened: the newest events, oldest first, as the engine lists them.
        """
        for event in happened:
            place = (float(event["at"]), int(event["number"]))
            if place <= self.heard:
                continue
            self.heard = place
            name, detail = str(event["name"]), str(event["detail"])
            at = datetime.now(UTC) - timedelta(seconds=self._clock() - place[0])
            told = {"at": at.isoformat(timespec="milliseconds"), "what": name, "text": detail}
            for listener in self.listeners:
                listener(told)
            if name in KEPT_EVENTS:
                self._keep(name, detail)

    def _keep(self, name: str, detail: str) -> None:
        now, kept = self._clock(), self._paper_at
        if len(kept) < _PAPER_AN_HOUR or now - kept[0] >= 3600.0:
            kept.append(now)
            self._events.add(name, text=detail)

    def _record(self, kind: str, text: str) -> bool:
        now, key = self._clock(), (kind, text)
        if now - self._recorded_at.get(key, float("-inf")) < _SAME_AGAIN_S:
            return False
        if len(self._recorded_at) > _MOST_REMEMBERED:
            self._recorded_at.clear()
        self._recorded_at[key] = now
        self._events.add(kind, text=text)
        return True
