"""What the engine shows of itself: pictures for the stage, views for the page, its status."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from exhibit.contract.board import write_status
from exhibit.contract.slot_writer import SlotWriter
from exhibit.contract.values import Frame, Ink, InkEvent, Picture
from exhibit.engine.recent_events import RecentEvents

State = Literal["starting", "showing", "idle", "degraded"]

_VIEW_EVERY_S = 0.1
_STATUS_EVERY_S = 0.5
_STATUS_SOON_S = 0.1


class EngineOutlet:
    """Publishes, each thing at its own pace and none waited for.

    Args:
        run_dir: folder shared with the other processes.
        clock: monotonic seconds.
    """

    def __init__(self, run_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._run_dir, self._clock = run_dir, clock
        self._pictures, self._frames, self._inks = (
            SlotWriter(run_dir / f"{name}.slot", clock) for name in ("picture", "camera", "ink")
        )
        self._view_due = self._status_due = 0.0
        self._drawn_at: float | None = None
        self._sheet, self._coverage = False, 0.0
        self._first_picture_at: float | None = None
        self._recalled: tuple[str, ...] = ()
        self._events = RecentEvents(clock)
        self._noted: dict[str, dict[str, str]] = {}
        self.pictures = 0

    def show_next(self) -> None:
        """Publish the next frame and its ink at once, and the status soon: somebody watches."""
        self._view_due = 0.0
        self._status_due = min(self._status_due, self._clock() + _STATUS_SOON_S)

    def recall(self, labels: tuple[str, ...]) -> bool:
        """Tell from which drawings of the collection the picture is drawn, once for each choice.

        Returns:
            Whether the choice is another one, of at least one drawing.
        """
        if labels == self._recalled:
            return False
        self._recalled = labels
        self._events.take((InkEvent("recalled", "; ".join(labels)),))
        return bool(labels)

    def note(self, what: str, code: str, where: str) -> None:
        """Say what somebody should look after.

        Args:
            what: the part of the table that it is about; the newest word about each holds.
            code: of the notice, empty where all is well again.
            where: what exactly.
        """
        self._noted[what] = {"code": code, "where": where}

    def publish(
        self, frame: Frame, ink: Ink, picture: Picture | None, answer: Literal["settled", "live"]
    ) -> None:
        """Publish a picture at once, and frame and ink at most ten times a second."""
        now = self._clock()
        if picture is not None and self._pictures.publish(
            picture.sequence, picture.captured_at, picture.pixels
        ):
            self.pictures += 1
            self._first_picture_at = self._first_picture_at or now
            if ink.bbox is None:
                # Blank paper again: what was answered before is nobody else's business.
                self._pictures.forget()
        if ink.bbox is not None:
            self._drawn_at = now
        self._sheet, self._coverage = ink.sheet is not None, ink.coverage
        self._events.take(ink.events)
        if now < self._view_due:
            return
        self._view_due = now + _VIEW_EVERY_S
        self._frames.publish(frame.sequence, frame.captured_at, frame.pixels)
        drawn = ink.live if answer == "live" else ink.settled
        self._inks.publish(ink.sequence, ink.captured_at, drawn)

    @property
    def faults(self) -> tuple[str, ...]:
        """What cannot be shown, and why."""
        writers = (self._pictures, self._frames, self._inks)
        return tuple(writer.fault for writer in writers if writer.fault)

    def state(self, camera_lost: bool, idle_after_s: float) -> State:
        """Return the engine's state in one word."""
        if camera_lost:
            return "degraded"
        if not self.pictures:
            return "starting"
        return "idle" if self.is_idle(idle_after_s) else "showing"

    def is_idle(self, idle_after_s: float) -> bool:
        """Return whether there has been no ink for so long."""
        drawn_at = self._drawn_at
        return drawn_at is None or self._clock() - drawn_at > idle_after_s

    def tell(self, status: Callable[[], dict[str, Any]]) -> None:
        """Write the status when it is due."""
        now = self._clock()
        if now < self._status_due:
            return
        self._status_due = now + _STATUS_EVERY_S
        counted = {
            "pictures": self.pictures,
            "first_picture_at": self._first_picture_at,
            "pictures_overwritten": self._pictures.overwritten,
            "sheet": self._sheet,
            "coverage": round(self._coverage, 5),
            "recalled": self._recalled,
            "events": self._events.newest(),
            "notices": [*self._events.notices(), *(n for n in self._noted.values() if n["code"])],
        }
        write_status(self._run_dir, "engine", {**status(), **counted})
