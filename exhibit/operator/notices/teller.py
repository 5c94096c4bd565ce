"""When a notice goes out: soon after the first fault, then seldom, with all that happened since."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from exhibit.contract.update_news import KINDS as UPDATES
from exhibit.operator.notices.channels import Channel, Notice, NoticeError

HEARD = ("fault", "fault over", "safe mode", *UPDATES)
_GATHER_S = 20.0
"""What breaks and mends itself within seconds comes as one notice, that says both."""
_MOST_EVENTS = 100
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 30.0, 3600.0


class Teller:
    """Gathers what happens for one channel, and sends it when that is due.

    Attributes:
        fault: why the last notice did not get out, or empty.

    Args:
        channel: the way out.
        pause_s: shortest time from one notice to the next.
        clock: monotonic seconds.
    """

    def __init__(
        self, channel: Channel, pause_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.channel, self._pause_s, self._clock = channel, pause_s, clock
        self._events: list[dict[str, Any]] = []
        self._left_out = 0
        self._next_at = self._gathered_at = float("-inf")
        self._retry_s = _FIRST_PAUSE_S
        self.fault = ""

    def hear(self, record: dict[str, Any]) -> None:
        """Take in a record of the journal; most of them are none of a notice's business."""
        if record["what"] not in HEARD:
            return
        if not self._events:
            self._gathered_at = self._clock() + _GATHER_S
        if len(self._events) < _MOST_EVENTS:
            self._events.append(record)
        else:
            self._left_out += 1

    @property
    def is_due(self) -> bool:
        """Whether there is something to tell, and it may be told now."""
        return bool(self._events) and self._clock() >= max(self._next_at, self._gathered_at)

    def send_due(self) -> None:
        """Send what is due; what does not get out is tried again. It may take a while."""
        if not self.is_due:
            return
        told, left_out = tuple(self._events), self._left_out
        try:
            self.channel.send(notice_of(told, left_out))
        except NoticeError as error:
            self.fault = str(error)
            self._next_at = self._clock() + self._retry_s
            self._retry_s = min(2 * self._retry_s, _LONGEST_PAUSE_S)
            return
        # While it was on its way, more may have happened.
        del self._events[: len(told)]
        self._left_out -= left_out
        self.fault, self._retry_s = "", _FIRST_PAUSE_S
        self._next_at = self._clock() + self._pause_s

    def send(self, notice: Notice) -> None:
        """Send something else now; raises NoticeError."""
        self.channel.send(notice)
        self.fault = ""


def notice_of(events: Sequence[dict[str, Any]], left_out: int = 0) -> Notice:
    """Return one notice of what happened, in order.

    Args:
        events: records of the journal.
        left_out: how many more there were.
    """
    lines = [f"{_local(event['at'])}  {_words(event)}" for event in events]
    if left_out:
        lines.append(f"... and {left_out} more; the page's log has them all")
    standing: dict[str, None] = {}
    for event in events:
        if event["what"] == "fault":
            standing[str(event["text"])] = None
        elif event["what"] == "fault over":
            standing.pop(str(event["text"]), None)
    first = _words(next((e for e in events if e["text"] in standing), events[-1]))
    more = f" (and {len(events) - 1} more)" if len(events) > 1 else ""
    state = "still so" if standing else "nothing of it is left"
    return Notice(
        f"{first[:120]}{more}", "\n".join([*lines, "", f"At this moment: {state}."]), events
    )


def _words(event: dict[str, Any]) -> str:
    what = "over" if event["what"] == "fault over" else event["what"]
    return f"{what}: {event.get('text', '')}"


def _local(at: str) -> str:
    """Return a time of the journal on the museum's wall clock."""
    return datetime.fromisoformat(at).astimezone().strftime("%a %H:%M:%S")
