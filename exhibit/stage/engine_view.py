"""What the stage sees of the engine: heartbeat, status and the newest picture."""

from __future__ import annotations

from pathlib import Path

from exhibit.contract.board import Heart, read_status
from exhibit.contract.slot import Published
from exhibit.contract.slot_reader import SlotReader

ATTACH_EVERY_S = 0.1
_STATUS_EVERY_S = 0.1
_SILENCE_S = 1.0
"""A picture after this long without one answers a visitor; directions that move by themselves
send pictures all the time."""
_STATUS_LAG_S = 3.0
"""Longer than the engine takes to say that somebody draws after it sent the first picture."""


class EngineView:
    """Looks at the engine once a frame, and never waits for it.

    Attributes:
        idle: nobody draws.
        picture: its newest picture; None before the first, and once the engine has shown no life
            for a while or nobody draws: the last picture is an earlier visitor's.
    """

    def __init__(self, run_dir: Path) -> None:
        self.idle = False
        self.picture: Published | None = None
        self._run_dir = run_dir
        self._heart = Heart(run_dir, "engine")
        self._pictures = SlotReader(run_dir / "picture.slot", ATTACH_EVERY_S)
        self._captured_at = 0.0
        self._says_idle = False
        self._woken_at = -_STATUS_LAG_S
        self._status_due = 0.0

    def has_news(self) -> bool:
        """Return whether there is a picture that was not looked at yet."""
        return self._pictures.has_news()

    def look(self, now: float, stale_after_s: float) -> None:
        """Bring all attributes up to `now` (monotonic seconds)."""
        if now >= self._status_due:
            self._status_due = now + _STATUS_EVERY_S
            # Degraded: the camera is lost, and whoever drew last may be gone.
            state = read_status(self._run_dir, "engine").get("state")
            self._says_idle = state in ("idle", "degraded")
        self._take(now)
        self.idle = self._says_idle and now - self._woken_at > _STATUS_LAG_S
        if self.picture is None:
            return
        dead = now - self._heart.last > stale_after_s
        if dead or (self.idle and now - self.picture.captured_at > _STATUS_LAG_S):
            self.picture = None

    def _take(self, now: float) -> None:
        seen = self._pictures.version
        newest = self._pictures.take()
        if newest is None:
            return
        if seen and newest.captured_at - self._captured_at > _SILENCE_S:
            self._woken_at = now
        self._captured_at, self.picture = newest.captured_at, newest
