"""What happened on the table lately, for the engine's status: a short list that never floods."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from exhibit.contract.values import InkEvent

_KEPT = 32
# Whoever draws adds several strokes a second; together they are told this often.
_STROKES_EVERY_S = 2.0
_OTHER_SHEET = ("sheet_in", "sheet_out", "fresh_sheet", "sheet_back")


class RecentEvents:
    """The newest events, numbered from 1, and what somebody should look after.

    Strokes are counted and told together: at most every two seconds, and before whatever happens
    next, so that the order stays true.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._events: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._number = 0
        self._strokes, self._strokes_due = 0, float("-inf")
        self._left: dict[str, None] = {}
        self._dead: dict[str, None] = {}

    def take(self, events: Sequence[InkEvent]) -> None:
        """Take in what happened since the frame before; called for every frame."""
        for event in events:
            if event.name == "stroke_added":
                self._strokes += int(event.detail)
                continue
            self._tell_strokes()
            self._add(event.name, event.detail)
            self._note(event)
        if self._clock() >= self._strokes_due:
            self._tell_strokes()

    def newest(self) -> list[dict[str, Any]]:
        """Return events, oldest first: `number`, `at` in monotonic seconds, `name`, `detail`."""
        return list(self._events)

    def notices(self) -> list[dict[str, str]]:
        """Return what somebody should look after: `code` and `where`."""
        left = [{"code": "object_left", "where": where} for where in self._left]
        return [*left, *({"code": "light_dead", "where": where} for where in self._dead)]

    def _note(self, event: InkEvent) -> None:
        if event.name == "object_left":
            self._left[event.detail] = None
        elif event.name == "light_fault":
            self._dead[event.detail] = None
        elif event.name == "light_back":
            self._dead.pop(event.detail, None)
        elif event.name in _OTHER_SHEET:
            # What still lies there is found anew on the next sheet.
            self._left.clear()

    def _tell_strokes(self) -> None:
        if self._strokes:
            self._add("stroke_added", str(self._strokes))
            self._strokes, self._strokes_due = 0, self._clock() + _STROKES_EVERY_S

    def _add(self, name: str, detail: str) -> None:
        self._number += 1
        at = round(self._clock(), 3)
        self._events.append({"number": self._number, "at": at, "name": name, "detail": detail})
